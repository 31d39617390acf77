import type { RepositoryObject } from '../../api/repository.ts';
import type { RepositoryReport } from '../../api/repository-status.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { Group, Plan } from '../../core/plan.ts';

/** A plan that keeps what status knew, with what is new. */
export function keep(
  { status }: RepositoryObject,
  outcome: Outcome,
  groups: readonly Group[] = [],
  report: RepositoryReport = {},
): Plan<RepositoryReport> {
  const { revision, source, inventory } = status;
  const kept = Object.fromEntries(
    Object.entries({ revision, source, inventory }).filter(([, value]) => value !== undefined),
  );
  return { revision: revision ?? '', groups, outcome, report: { ...kept, ...report } };
}
