import type { KubeObject } from '../../../core/resource.ts';
import { isNotFound } from '../../../kube/client.ts';
import { discover, type Resource } from '../../cluster/discover.ts';
import { kinds } from '../../cluster/kinds.ts';
import { Loop } from '../../cluster/loop.ts';
import { isTerminating } from '../../cluster/pods.ts';
import type { World } from '../../cluster/world.ts';
import type { Running } from '../controller.ts';
import { type NamespaceCondition, type Remaining, sameConditions, terminationConditions } from './plan.ts';

/** Milliseconds between looks at a namespace that still has content. */
const lookMs = { first: 100, longest: 10_000 };

/** Empties namespaces that are being deleted, custom resources included, and lets them go when nothing is left. */
export function runNamespaces(world: World): Running {
  const shelf = world.shelf(kinds.namespace);
  const looks = new Map<string, number>();
  const loop = new Loop({
    name: 'namespace-controller',
    log: world.log,
    handle: async (name) => {
      // Not as the cache has it: one of the same name may have been made since, and its content is not to go. Nobody but
      // this loop lets a namespace go, so what is read here holds for the pass.
      const namespace = await world.client.find({ ...kinds.namespace, name });
      if (namespace === undefined || !isTerminating(namespace) || finalizersOf(namespace).length === 0) {
        looks.delete(name);
        return undefined;
      }
      if (await empty(world, namespace)) return undefined;
      const count = looks.get(name) ?? 0;
      looks.set(name, count + 1);
      return Math.min(lookMs.first * 2 ** count, lookMs.longest);
    },
  });
  const stop = shelf.onChange((_before, after) => after && isTerminating(after) && loop.ring(after.metadata.name));
  // Emptied namespaces go at once, without waiting for the next look.
  const stopGone = world.onGone(
    ({ metadata: { namespace } }) => namespace && looks.has(namespace) && loop.ring(namespace),
  );
  return {
    async close() {
      stop();
      stopGone();
      await loop.close();
    },
  };
}

function finalizersOf(namespace: KubeObject): string[] {
  return ((namespace['spec'] ?? {}) as { finalizers?: string[] }).finalizers ?? [];
}

/** One pass; resolves to true when the namespace has been let go. */
async function empty(world: World, namespace: KubeObject): Promise<boolean> {
  const { name } = namespace.metadata;
  const types = (await discover(world)).filter((type) => type.namespaced && type.verbs.includes('deletecollection'));
  const left: Remaining[] = [];
  let failure: string | undefined;
  for (const type of types) {
    try {
      left.push(...(await clear(world, type, name)));
    } catch (error) {
      failure = `Failed to delete all resource types, 1 remaining: ${(error as Error).message}`;
    }
  }
  await report(world, namespace, left, failure);
  if (left.length > 0 || failure !== undefined) return false;
  await finalize(world, namespace);
  return true;
}

/** Deletes what there is of one kind and tells what stays for now. */
async function clear(world: World, type: Resource, namespace: string): Promise<Remaining[]> {
  const path = `/${type.apiVersion.includes('/') ? 'apis' : 'api'}/${type.apiVersion}/namespaces/${namespace}/${type.plural}`;
  if ((await itemsOf(world, path)).length === 0) return [];
  await world.request('DELETE', `${path}?propagationPolicy=Background`);
  const items = await itemsOf(world, path);
  const group = type.apiVersion.includes('/') ? `.${type.apiVersion.split('/')[0]}` : '.';
  return items.length === 0 ? [] : [{ resource: `${type.plural}${group}`, items }];
}

async function itemsOf(world: World, path: string): Promise<KubeObject[]> {
  const list = (await world.request('GET', path)) as { items: KubeObject[] };
  return list.items;
}

async function report(world: World, namespace: KubeObject, left: readonly Remaining[], failure: string | undefined) {
  const status = (namespace['status'] ?? {}) as { conditions?: NamespaceCondition[] };
  const conditions = terminationConditions(left, failure, status.conditions ?? [], new Date());
  if (sameConditions(conditions, status.conditions ?? [])) return;
  const reference = { apiVersion: 'v1', kind: 'Namespace', name: namespace.metadata.name };
  const patch = { status: { phase: 'Terminating', conditions } };
  world.known(kinds.namespace)?.wrote(await world.client.patch(reference, 'merge', patch, { subresource: 'status' }));
}

async function finalize(world: World, namespace: KubeObject): Promise<void> {
  const { name } = namespace.metadata;
  const current = await world.client.find({ ...kinds.namespace, name });
  if (current === undefined || current.metadata.uid !== namespace.metadata.uid) return;
  const finalizers = finalizersOf(current).filter((one) => one !== 'kubernetes');
  try {
    await world.request('PUT', `/api/v1/namespaces/${name}/finalize`, { ...current, spec: { finalizers } });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
