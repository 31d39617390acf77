import type { ServiceStatus } from '../api/service-status.ts';
import { conditionOf } from '../core/condition.ts';
import type { KubeObject } from '../core/resource.ts';
import type { Dependencies, Peer } from '../plan/facts.ts';

type Dependency = string | { name: string };
type Spec = { dependencies?: { service?: Dependency[]; terraform?: Dependency[] } };
type ServiceSpec = { source?: { releaseName?: string } };

/** What an object says that it depends on, in its namespace. Reads leniently: it need not be valid to count. */
export function dependenciesOf(object: KubeObject): Dependencies {
  const { service = [], terraform = [] } = ((object['spec'] ?? {}) as Spec).dependencies ?? {};
  return { service: service.map(nameOf), terraform: terraform.map(nameOf) };
}

/** Another object of the namespace as far as dependencies go. */
export function peerFact(object: KubeObject, inputsMoved: boolean): Peer {
  const isService = object.kind === 'Service';
  const spec = (object['spec'] ?? {}) as ServiceSpec;
  const status = (object['status'] ?? {}) as ServiceStatus;
  const ready = conditionOf(object, 'Ready');
  const { name, uid = '', creationTimestamp = '', generation = 0, deletionTimestamp } = object.metadata;
  return {
    kind: isService ? 'Service' : 'Terraform',
    name,
    uid,
    creationTimestamp,
    generation,
    deleting: deletionTimestamp !== undefined,
    dependencies: dependenciesOf(object),
    ready: ready?.status === 'True',
    inputsMoved,
    ...(isService ? { releaseName: spec.source?.releaseName ?? name } : {}),
    ...(status.observedGeneration === undefined ? {} : { observedGeneration: status.observedGeneration }),
    ...(status.state === undefined ? {} : { state: status.state }),
    ...(status.message === undefined ? {} : { message: status.message }),
    ...(status.waiting?.until === undefined ? {} : { until: status.waiting.until }),
    ...(ready?.lastTransitionTime === undefined ? {} : { since: ready.lastTransitionTime }),
  };
}

function nameOf(dependency: Dependency): string {
  return typeof dependency === 'string' ? dependency : dependency.name;
}
