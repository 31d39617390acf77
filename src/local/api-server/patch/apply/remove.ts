import type { JsonObject, Schema } from '../../schema/types.ts';
import { EMPTY, isEmpty, type PathSet } from './path-set.ts';
import { shapeOf } from './typed.ts';

/**
 * A value without the fields and items of a set. `emptied` is what a map or list becomes that lost its last entry: null
 * (there, but empty) or undefined (gone).
 */
export function removeFields(
  value: unknown,
  set: PathSet,
  schema: Schema | undefined,
  emptied: null | undefined,
): unknown {
  const shape = shapeOf(schema, value);
  if (shape.kind === 'leaf') return typeof value === 'object' ? emptied : value;
  if (shape.kind === 'map') {
    const result: JsonObject = {};
    for (const [name, item] of Object.entries(value as JsonObject)) {
      const element = `f:${name}`;
      if (set.members.has(element)) continue;
      const kept = below(item, set, element, shape.field(name).schema, emptied);
      if (kept !== undefined) result[name] = kept;
    }
    return Object.keys(result).length > 0 ? result : emptied;
  }
  const items = (value as unknown[]).flatMap((item) => {
    const element = shape.element(item);
    const kept = set.members.has(element) ? undefined : below(item, set, element, shape.items, emptied);
    return kept === undefined ? [] : [kept];
  });
  return items.length > 0 ? items : emptied;
}

function below(
  item: unknown,
  set: PathSet,
  element: string,
  schema: Schema | undefined,
  emptied: null | undefined,
): unknown {
  const child = set.children.get(element) ?? EMPTY;
  return isEmpty(child) ? item : removeFields(item, child, schema, emptied);
}
