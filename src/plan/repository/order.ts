import { levels } from '../../core/graph.ts';
import type { ActAs, Action, Group } from '../../core/plan.ts';
import type { Placed } from './place.ts';

/** What others need to exist is applied first; what stands in the way of others last. */
const stages: Readonly<Record<string, number>> = {
  Namespace: 0,
  CustomResourceDefinition: 0,
  ServiceAccount: 1,
  ClusterRole: 1,
  ClusterRoleBinding: 1,
  Role: 1,
  RoleBinding: 1,
  Secret: 1,
  ConfigMap: 1,
  PersistentVolumeClaim: 1,
  StorageClass: 1,
  PriorityClass: 1,
  ResourceQuota: 1,
  LimitRange: 1,
  NetworkPolicy: 1,
  MutatingWebhookConfiguration: 3,
  ValidatingWebhookConfiguration: 3,
};
const names = ['definitions', 'foundations', 'objects', 'webhooks'];
const ordinary = 2;

/** True for what holds other objects: it is deleted after them. */
export function isDefinition(kind: string): boolean {
  return stages[kind] === 0;
}

/**
 * The groups in which manifests are applied. Services follow in the order of their dependencies, so that a dependent
 * never sees a dependency of the commit before. One that is refused stops none of the others.
 */
export function applyGroups(placed: readonly Placed[], actAs: ActAs): Group[] {
  const services = placed.filter(isService);
  const rest = placed.filter((item) => !isService(item));
  const staged = names.map((name, stage) => ({
    name,
    items: rest.filter((item) => (stages[item.object.kind] ?? ordinary) === stage),
  }));
  const graph = new Map(services.map((item) => [nameOf(item), dependenciesOf(item)]));
  const ordered = levels(graph).map((level, index) => {
    const members = new Set(level);
    return { name: `services ${index + 1}`, items: services.filter((item) => members.has(nameOf(item))) };
  });
  return [...staged.slice(0, 3), ...ordered, ...staged.slice(3)]
    .filter(({ items }) => items.length > 0)
    .map(({ name, items }) => ({
      name,
      continueOnError: true,
      actions: items.map((item) => applyAction(item, actAs)),
    }));
}

function applyAction({ object, file, line }: Placed, actAs: ActAs): Action {
  return { type: 'apply-object', object, actAs, force: true, origin: `${file}:${line}` };
}

function isService({ object }: Placed): boolean {
  return object.apiVersion.startsWith('alustan.io/') && object.kind === 'Service';
}

function nameOf({ object }: Placed): string {
  return `${object.metadata.namespace}/${object.metadata.name}`;
}

function dependenciesOf({ object }: Placed): string[] {
  const spec = object['spec'] as { dependencies?: { service?: unknown } } | undefined;
  const listed = spec?.dependencies?.service;
  return (Array.isArray(listed) ? listed : []).map((item: string | { name?: string } | null) => {
    const name = typeof item === 'string' ? item : item?.name;
    return `${object.metadata.namespace}/${name}`;
  });
}
