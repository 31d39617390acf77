import { type ApiObject, dig, listOf, mapOf, textOf } from '../object.ts';

/** Why a CRD's names cannot be accepted: another CRD of its group has one of them. */
export function conflictingNames(
  crd: ApiObject,
  others: readonly ApiObject[],
): { reason: string; message: string } | undefined {
  const group = dig(crd, 'spec', 'group');
  const taken = new Map<string, string>();
  for (const other of others.filter((one) => dig(one, 'spec', 'group') === group)) {
    for (const name of namesOf(other)) taken.set(name, other.metadata.name);
  }
  const clash = namesOf(crd).find((name) => taken.has(name));
  if (clash === undefined) return undefined;
  return { reason: 'NameConflict', message: `"${clash}" is already in use by ${taken.get(clash)}` };
}

function namesOf(crd: ApiObject): string[] {
  const names = mapOf(dig(crd, 'spec', 'names'));
  const all = [names['plural'], names['singular'], ...listOf(names['shortNames']), names['kind'], names['listKind']];
  return [...new Set(all.map(textOf).filter((name) => name !== ''))];
}
