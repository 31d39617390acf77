import { canonicalJson } from '../../../core/hash.ts';
import type { KubeObject } from '../../../core/resource.ts';
import { stamp } from '../../cluster/pods.ts';

/** What is left of one kind in a namespace that is being deleted. */
export type Remaining = Readonly<{ resource: string; items: readonly KubeObject[] }>;

export type NamespaceCondition = Readonly<{
  type: string;
  status: string;
  lastTransitionTime?: string;
  reason: string;
  message: string;
}>;

const plain = (type: string, reason: string, message: string): NamespaceCondition => ({
  type,
  status: 'False',
  reason,
  message,
});

/** The conditions of a namespace that is being deleted: what still holds it, by kind and by finalizer. */
export function terminationConditions(
  left: readonly Remaining[],
  failure: string | undefined,
  before: readonly NamespaceCondition[],
  now: Date,
): NamespaceCondition[] {
  const conditions = [
    plain('NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', 'All resources successfully discovered'),
    plain(
      'NamespaceDeletionGroupVersionParsingFailure',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ),
    failure === undefined
      ? plain(
          'NamespaceDeletionContentFailure',
          'ContentDeleted',
          'All content successfully deleted, may be waiting on finalization',
        )
      : { type: 'NamespaceDeletionContentFailure', status: 'True', reason: 'ContentDeletionFailed', message: failure },
    content(left),
    finalizers(left),
  ];
  return conditions.map((condition) => {
    const same = before.find(({ type, status }) => type === condition.type && status === condition.status);
    return { ...condition, lastTransitionTime: same?.lastTransitionTime ?? stamp(now) };
  });
}

function content(left: readonly Remaining[]): NamespaceCondition {
  if (left.length === 0)
    return plain('NamespaceContentRemaining', 'ContentRemoved', 'All content successfully removed');
  const parts = left.map(({ resource, items }) => `${resource} has ${items.length} resource instances`).sort();
  const message = `Some resources are remaining: ${parts.join(', ')}`;
  return { type: 'NamespaceContentRemaining', status: 'True', reason: 'SomeResourcesRemain', message };
}

function finalizers(left: readonly Remaining[]): NamespaceCondition {
  const counts = new Map<string, number>();
  for (const { metadata } of left.flatMap(({ items }) => items)) {
    for (const finalizer of metadata.finalizers ?? []) counts.set(finalizer, (counts.get(finalizer) ?? 0) + 1);
  }
  if (counts.size === 0)
    return plain(
      'NamespaceFinalizersRemaining',
      'ContentHasNoFinalizers',
      'All content-preserving finalizers finished',
    );
  const parts = [...counts].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`).sort();
  const message = `Some content in the namespace has finalizers remaining: ${parts.join(', ')}`;
  return { type: 'NamespaceFinalizersRemaining', status: 'True', reason: 'SomeFinalizersRemain', message };
}

export function sameConditions(a: readonly NamespaceCondition[], b: readonly NamespaceCondition[]): boolean {
  return canonicalJson(a) === canonicalJson(b);
}
