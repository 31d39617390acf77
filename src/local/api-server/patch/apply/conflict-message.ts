import type { Conflict } from './ownership.ts';

/** The message of the real server's 409 (reason Conflict). */
export function conflictMessage(conflicts: readonly Conflict[]): string {
  const [first] = conflicts;
  if (first && conflicts.length === 1) {
    return `Apply failed with 1 conflict: conflict with ${first.manager}: ${first.field}`;
  }
  const managers = [...new Set(conflicts.map(({ manager }) => manager))];
  const lines = managers.flatMap((manager) => [
    `conflicts with ${manager}:`,
    ...conflicts.filter((conflict) => conflict.manager === manager).map(({ field }) => `- ${field}`),
  ]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}

/** `details.causes` of that 409. */
export function conflictCauses(conflicts: readonly Conflict[]) {
  return conflicts.map(({ manager, field }) => ({
    reason: 'FieldManagerConflict' as const,
    message: `conflict with ${manager}`,
    field,
  }));
}
