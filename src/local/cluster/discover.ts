import type { ResourceType } from '../../kube/client.ts';
import type { World } from './world.ts';

export type Resource = ResourceType & Readonly<{ verbs: readonly string[] }>;

type ResourceList = {
  groupVersion: string;
  resources: { name: string; kind: string; namespaced: boolean; verbs: string[] }[];
};
type GroupList = { groups: { preferredVersion: { groupVersion: string } }[] };

/** Every kind that the API serves and stores now, each in the version that the server prefers. */
export async function discover(world: World): Promise<Resource[]> {
  const { groups } = (await world.request('GET', '/apis')) as GroupList;
  const paths = ['/api/v1', ...groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`)];
  // A group whose definition is going away right now has no resources any more.
  const lists = await Promise.all(paths.map((path) => world.request('GET', path).catch(() => undefined)));
  return lists.flatMap((list) => (list === undefined ? [] : resourcesOf(list as ResourceList)));
}

function resourcesOf({ groupVersion, resources }: ResourceList): Resource[] {
  return resources
    .filter(({ name, verbs }) => !name.includes('/') && verbs.includes('list') && verbs.includes('delete'))
    .map(({ name, kind, namespaced, verbs }) => ({ apiVersion: groupVersion, kind, plural: name, namespaced, verbs }));
}
