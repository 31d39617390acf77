import type { KubeObject } from '../../../core/resource.ts';
import { kinds } from '../../cluster/kinds.ts';
import { matches } from '../../cluster/selector.ts';
import type { Pod } from '../../cluster/types.ts';
import type { World } from '../../cluster/world.ts';
import type { Wiring } from '../controller.ts';
import { managedLabel, planEndpoints, type Service, serviceNameLabel } from './plan.ts';

export const endpoints: Wiring<Service> = {
  name: 'endpoint-controller',
  kind: kinds.service,
  wakes: [
    { kind: kinds.pod, keys: servicesOf },
    { kind: kinds.endpoints, keys: ({ metadata: { namespace, name } }) => [`${namespace}/${name}`] },
    {
      kind: kinds.endpointSlice,
      keys: ({ metadata: { namespace, labels } }) => [`${namespace}/${labels?.[serviceNameLabel] ?? ''}`],
    },
  ],
  gone: (name, world) => {
    const object = world.shelf(kinds.endpoints).get(name);
    // Endpoints that somebody made by hand stay.
    const made = object?.metadata.labels?.[managedLabel] !== undefined;
    return object !== undefined && made ? [{ do: 'delete', object }] : [];
  },
  plan: (service, world) => {
    const { namespace = '', name } = service.metadata;
    const pods = world.shelf<Pod>(kinds.pod).in(namespace);
    const slices = world.shelf(kinds.endpointSlice).in(namespace);
    return planEndpoints(service, pods, slices, world.shelf(kinds.endpoints).get({ namespace, name }));
  },
};

function servicesOf({ metadata: { namespace = '', labels } }: KubeObject, world: World): string[] {
  return world
    .shelf<Service>(kinds.service)
    .in(namespace)
    .filter(({ spec }) => spec.selector !== undefined && matches({ matchLabels: spec.selector }, labels))
    .map(({ metadata: { name } }) => `${namespace}/${name}`);
}
