import { canonicalJson } from '../../core/hash.ts';
import type { KubeObject } from '../../core/resource.ts';
import type { Action } from '../cluster/action.ts';
import { ownerReference } from '../cluster/pods.ts';
import type { PodTemplate } from '../cluster/types.ts';
import { templateHash } from './deployment/revisions.ts';

export type ControllerRevision = KubeObject & { revision: number; data: { spec: { template: PodTemplate } } };
export const revisionHashLabel = 'controller-revision-hash';

/** StatefulSets mark their revisions with a label of their own. */
const hashLabels: Readonly<Record<string, string>> = { StatefulSet: 'controller.kubernetes.io/hash' };

type Owner = KubeObject & { spec: { template: PodTemplate; revisionHistoryLimit?: number } };

export function templateOf(revision: ControllerRevision): PodTemplate {
  const { $patch: _replace, ...template } = revision.data.spec.template as PodTemplate & { $patch?: string };
  return template;
}

/**
 * The revision of the owner's present template, with what must be done so that it is kept and the newest. `owned`: all
 * revisions of this owner. `kubectl rollout history` and `undo` read these objects.
 */
export function presentRevision(owner: Owner, owned: readonly ControllerRevision[]) {
  const wanted = canonicalJson(owner.spec.template);
  const newest = Math.max(0, ...owned.map(({ revision }) => revision));
  const found = owned.find((one) => canonicalJson(templateOf(one)) === wanted);
  if (found === undefined) {
    const made = newRevision(owner, newest + 1);
    return { present: made, actions: [{ do: 'create', object: made, orExists: true }] as Action[] };
  }
  if (found.revision === newest) return { present: found, actions: [] as Action[] };
  const patch = { revision: newest + 1 };
  return { present: { ...found, ...patch }, actions: [{ do: 'patch', object: found, patch }] as Action[] };
}

function newRevision(owner: Owner, revision: number): ControllerRevision {
  const hash = templateHash(owner.spec.template);
  const { namespace = '', name } = owner.metadata;
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels: { ...owner.spec.template.metadata?.labels, [hashLabels[owner.kind] ?? revisionHashLabel]: hash },
      ...(owner.metadata.annotations === undefined ? {} : { annotations: owner.metadata.annotations }),
      ownerReferences: [ownerReference(owner)],
    },
    data: { spec: { template: { ...owner.spec.template, $patch: 'replace' } as PodTemplate } },
    revision,
  };
}

/** Removes the oldest revisions that no pod uses beyond the limit. */
export function forgetRevisions(
  owner: Owner,
  owned: readonly ControllerRevision[],
  used: ReadonlySet<string>,
): Action[] {
  const idle = owned.filter((one) => !used.has(one.metadata.name)).sort((a, b) => a.revision - b.revision);
  const surplus = Math.max(0, idle.length - (owner.spec.revisionHistoryLimit ?? 10));
  return idle.slice(0, surplus).map((object) => ({ do: 'delete', object }) as const);
}
