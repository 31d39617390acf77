import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../core/resource.ts';
import type { Action } from '../../cluster/action.ts';
import { ago, brief, meta, pod, readyStatus } from '../../cluster/fixtures.ts';
import type { Pod } from '../../cluster/types.ts';
import { planEndpoints, type Service } from './plan.ts';

function service(more: Partial<Service['spec']> = {}): Service {
  const spec = { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'web' }], ...more };
  return { apiVersion: 'v1', kind: 'Service', metadata: meta('web'), spec };
}

function member(name: string, ip: string, ready: boolean, more: Partial<Pod['metadata']> = {}): Pod {
  const containers = [{ name: 'c', image: 'x', ports: [{ name: 'web', containerPort: 8080 }] }];
  const status = { ...(ready ? readyStatus() : { phase: 'Running' as const }), podIP: ip };
  return pod(name, { meta: { labels: { app: 'web' }, ...more }, spec: { containers }, status });
}

const made = <T>(actions: readonly Action[], kind: string): T =>
  actions.find(({ object }) => object.kind === kind)?.object as T;
type Slice = KubeObject & { endpoints: { addresses: string[]; conditions: object }[]; ports: object[] };
type Endpoints = KubeObject & {
  subsets: { addresses?: { ip: string }[]; notReadyAddresses?: { ip: string }[]; ports?: object[] }[];
};

describe('endpoints of a Service', () => {
  it('ready pods serve, others are listed as not ready, finished ones not at all', () => {
    const done: Pod = { ...member('done', '10.0.0.3', false), status: { phase: 'Succeeded', podIP: '10.0.0.3' } };
    const { actions } = planEndpoints(
      service(),
      [member('b', '10.0.0.2', false), member('a', '10.0.0.1', true), done],
      [],
      undefined,
    );
    const slice = made<Slice>(actions, 'EndpointSlice');
    expect(slice.endpoints.map(({ addresses, conditions }) => [addresses[0], conditions])).toEqual([
      ['10.0.0.1', { ready: true, serving: true, terminating: false }],
      ['10.0.0.2', { ready: false, serving: false, terminating: false }],
    ]);
    expect(slice.ports).toEqual([{ name: 'http', port: 8080, protocol: 'TCP' }]);
    const [subset] = made<Endpoints>(actions, 'Endpoints').subsets;
    expect([subset?.addresses?.map(({ ip }) => ip), subset?.notReadyAddresses?.map(({ ip }) => ip)]).toEqual([
      ['10.0.0.1'],
      ['10.0.0.2'],
    ]);
  });

  it('a pod that is going still serves in the slice, but is not ready', () => {
    const going = member('a', '10.0.0.1', true, { deletionTimestamp: ago(1) });
    const slice = made<Slice>(planEndpoints(service(), [going], [], undefined).actions, 'EndpointSlice');
    expect(slice.endpoints[0]?.conditions).toEqual({ ready: false, serving: true, terminating: true });
  });

  it('publishNotReadyAddresses counts all pods as ready', () => {
    const { actions } = planEndpoints(
      service({ publishNotReadyAddresses: true }),
      [member('a', '10.0.0.1', false)],
      [],
      undefined,
    );
    expect(made<Endpoints>(actions, 'Endpoints').subsets[0]?.addresses).toHaveLength(1);
  });

  it.each<[string, Service]>([
    ['without a selector', (({ selector: _selector, ...spec }) => ({ ...service(), spec }))(service().spec)],
    ['of type ExternalName', service({ type: 'ExternalName' })],
    ['that is being deleted', { ...service(), metadata: meta('web', { deletionTimestamp: ago(1) }) }],
  ])('a Service %s gets none', (_case, one) => expect(planEndpoints(one, [], [], undefined).actions).toEqual([]));

  it('writes nothing when all is as it should be', () => {
    const one = service();
    const pods = [member('a', '10.0.0.1', true)];
    const { actions } = planEndpoints(one, pods, [], undefined);
    const again = planEndpoints(
      one,
      pods,
      [made<Slice>(actions, 'EndpointSlice')],
      made<Endpoints>(actions, 'Endpoints'),
    );
    expect(brief(again.actions)).toEqual([]);
    const changed = planEndpoints(
      one,
      [],
      [made<Slice>(actions, 'EndpointSlice')],
      made<Endpoints>(actions, 'Endpoints'),
    );
    expect(brief(changed.actions)).toHaveLength(2);
  });
});
