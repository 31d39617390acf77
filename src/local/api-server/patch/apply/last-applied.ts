import { isObject, type JsonObject, type Schema } from '../../schema/types.ts';
import { compare } from './compare.ts';
import { fieldSetOf } from './field-set.ts';
import { difference, isEmpty, type PathSet, union } from './path-set.ts';

const ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * The conflicts that stay when an object moves from client-side to server-side apply of kubectl: what client-side apply
 * set last, and nobody changed since, is kubectl's own and no conflict.
 */
export function allowedByLastApplied<C extends { set: PathSet }>(
  conflicts: readonly C[],
  live: JsonObject,
  schema: Schema | undefined,
  apiVersion: string,
): C[] {
  const last = lastApplied(live);
  if (last?.['apiVersion'] !== apiVersion) return [...conflicts];
  const { added, modified, removed } = compare(last, live, schema);
  const own = difference(fieldSetOf(last, schema), union(union(added, modified), removed));
  return conflicts
    .map((conflict) => ({ ...conflict, set: difference(conflict.set, own) }))
    .filter(({ set }) => !isEmpty(set));
}

function lastApplied(live: JsonObject): JsonObject | undefined {
  const metadata = live['metadata'];
  const annotations = isObject(metadata) ? metadata['annotations'] : undefined;
  const text = isObject(annotations) ? annotations[ANNOTATION] : undefined;
  if (typeof text !== 'string') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
