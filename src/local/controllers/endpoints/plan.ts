import type { KubeObject } from '../../../core/resource.ts';
import { type Action, type Decision, decide, nothing } from '../../cluster/action.ts';
import { sameJson } from '../../cluster/json.ts';
import { isFinished, isReady, isTerminating, ownerReference, randomName } from '../../cluster/pods.ts';
import { matches } from '../../cluster/selector.ts';
import type { Pod } from '../../cluster/types.ts';

type ServicePort = {
  name?: string;
  port: number;
  protocol?: string;
  targetPort?: number | string;
  appProtocol?: string;
};
export type Service = KubeObject & {
  spec: {
    selector?: Record<string, string>;
    ports?: ServicePort[];
    type?: string;
    clusterIP?: string;
    publishNotReadyAddresses?: boolean;
  };
};
type Port = { name: string; port: number; protocol: string };

export const serviceNameLabel = 'kubernetes.io/service-name';
export const managedLabel = 'endpoints.kubernetes.io/managed-by';
const managedBy = 'endpointslice.kubernetes.io/managed-by';
const manager = 'endpointslice-controller.k8s.io';

/** Keeps the Endpoints and the one EndpointSlice of a Service; `pods` and `slices`: all of its namespace. */
export function planEndpoints(
  service: Service,
  pods: readonly Pod[],
  slices: readonly KubeObject[],
  endpoints: KubeObject | undefined,
): Decision {
  const { selector, type } = service.spec;
  if (selector === undefined || type === 'ExternalName' || isTerminating(service)) return nothing;
  const members = pods
    .filter((pod) => matches({ matchLabels: selector }, pod.metadata.labels) && pod.status?.podIP && !isFinished(pod))
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const own = slices.find(
    ({ metadata: { labels } }) => labels?.[serviceNameLabel] === service.metadata.name && labels[managedBy] === manager,
  );
  return decide([...sliceActions(service, members, own), ...endpointsActions(service, members, endpoints)]);
}

function counts(service: Service, pod: Pod): boolean {
  return service.spec.publishNotReadyAddresses === true || (isReady(pod) && !isTerminating(pod));
}

function portsOf(service: Service, pod: Pod | undefined): Port[] {
  return (service.spec.ports ?? []).flatMap((port) => {
    const number = targetOf(port, pod);
    if (number === undefined) return [];
    const { name = '', protocol = 'TCP', appProtocol } = port;
    return [{ name, port: number, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) }];
  });
}

function targetOf({ targetPort, port }: ServicePort, pod: Pod | undefined): number | undefined {
  if (typeof targetPort !== 'string') return targetPort ?? port;
  return pod?.spec.containers.flatMap(({ ports = [] }) => ports).find(({ name }) => name === targetPort)?.containerPort;
}

function sliceActions(service: Service, members: readonly Pod[], slice: KubeObject | undefined): Action[] {
  const content = {
    addressType: 'IPv4',
    endpoints: members.map((pod) => ({
      addresses: [pod.status?.podIP ?? ''],
      conditions: { ready: counts(service, pod), serving: isReady(pod), terminating: isTerminating(pod) },
      nodeName: pod.spec.nodeName,
      targetRef: targetRef(pod),
    })),
    ports: members.length === 0 ? [] : portsOf(service, members[0]),
  };
  const { name, namespace = '', labels } = service.metadata;
  if (slice !== undefined) {
    const { addressType, endpoints, ports } = slice as KubeObject & typeof content;
    // The API server gives a null back where a list was left empty.
    if (sameJson(content, { addressType, endpoints: endpoints ?? [], ports: ports ?? [] })) return [];
    return [{ do: 'patch', object: slice, patch: content }];
  }
  const metadata = {
    name: randomName(`${name}-`),
    generateName: `${name}-`,
    namespace,
    labels: { ...labels, [managedBy]: manager, [serviceNameLabel]: name },
    ownerReferences: [ownerReference(service)],
  };
  return [{ do: 'create', object: { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata, ...content } }];
}

function targetRef({ metadata: { name, namespace, uid } }: Pod) {
  return { kind: 'Pod', namespace, name, uid };
}

function endpointsActions(service: Service, members: readonly Pod[], endpoints: KubeObject | undefined): Action[] {
  const address = (pod: Pod) => ({ ip: pod.status?.podIP, nodeName: pod.spec.nodeName, targetRef: targetRef(pod) });
  const live = members.filter((pod) => !isTerminating(pod));
  const ready = live.filter((pod) => counts(service, pod)).map(address);
  const waiting = live.filter((pod) => !counts(service, pod)).map(address);
  const ports = portsOf(service, members[0]).map(({ name, ...port }) => (name === '' ? port : { name, ...port }));
  const subset = {
    ...(ready.length === 0 ? {} : { addresses: ready }),
    ...(waiting.length === 0 ? {} : { notReadyAddresses: waiting }),
    ...(ports.length === 0 ? {} : { ports }),
  };
  const subsets = live.length === 0 ? [] : [subset];
  if (endpoints !== undefined) {
    return sameJson(subsets, endpoints['subsets'] ?? [])
      ? []
      : [{ do: 'patch', object: endpoints, patch: { subsets } }];
  }
  const { name, namespace = '', labels } = service.metadata;
  const metadata = {
    name,
    namespace,
    labels: { ...labels, [managedLabel]: 'endpoint-controller' },
  };
  return [{ do: 'create', object: { apiVersion: 'v1', kind: 'Endpoints', metadata, subsets }, orExists: true }];
}
