import { isObject, type Schema } from '../../schema/types.ts';
import { type PathSet, PathSetBuilder } from './path-set.ts';
import { itemsByElement, shapeOf } from './typed.ts';

/** The fields that someone who applies `value` claims to own. */
export function fieldSetOf(value: unknown, schema: Schema | undefined): PathSet {
  const set = new PathSetBuilder();
  collect(value, schema, [], set);
  return set;
}

function collect(value: unknown, schema: Schema | undefined, path: string[], set: PathSetBuilder): void {
  const shape = shapeOf(schema, value);
  if (shape.kind === 'leaf') {
    set.insert(path);
    return;
  }
  if (shape.kind === 'map') {
    for (const [name, item] of Object.entries(value as object)) {
      const field = shape.field(name);
      const below = [...path, `f:${name}`];
      collect(item, field.schema, below, set);
      const bare = item === null || (isObject(item) && Object.keys(item).length === 0);
      if (bare || !field.declared) set.insert(below);
    }
    return;
  }
  for (const [element, items] of itemsByElement(shape, value as unknown[])) {
    const below = [...path, element];
    // Items that stand twice are owned as one, not by their fields.
    if (items.length === 1) collect(items[0], shape.items, below, set);
    set.insert(below);
  }
}
