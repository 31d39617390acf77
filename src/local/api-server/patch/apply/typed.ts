import { isObject, type JsonObject, type Schema } from '../../schema/types.ts';

/**
 * How server-side apply takes a value: a leaf (scalars, and atomic lists and maps), a map whose keys are owned one by
 * one, or a list whose items are told apart by their value (set) or by keys (map).
 */
export type Shape =
  | { kind: 'leaf' }
  | { kind: 'map'; field(name: string): Field }
  | { kind: 'list'; element(item: unknown): string; items: Schema | undefined };

/**
 * The schema of a map's entry; `declared` fields are owned by what they hold, others by themselves too. `always` is
 * what a Go struct has where nothing was set: `{}` for a struct, null for a list or map that is always written.
 */
type Field = { schema: Schema | undefined; declared: boolean; always?: JsonObject | null | undefined };

/** A list that breaks the rules of its type; the real server answers 500 or 400 with this text. */
export class TypedError extends Error {
  override readonly name = 'TypedError';
}

const LEAF: Shape = { kind: 'leaf' };

/** The shape of a value under its schema; without a schema lists are atomic and maps are not. */
export function shapeOf(schema: Schema | undefined, value: unknown): Shape {
  if (Array.isArray(value)) return listShape(schema);
  if (!isObject(value) || schema?.['x-kubernetes-map-type'] === 'atomic') return LEAF;
  return { kind: 'map', field: (name) => fieldOf(schema, name) };
}

function fieldOf(schema: Schema | undefined, name: string): Field {
  const declared = Object.hasOwn(schema?.properties ?? {}, name) ? schema?.properties?.[name] : undefined;
  if (declared) return { schema: declared, declared: true, always: alwaysThere(schema, name, declared) };
  const more = schema?.additionalProperties;
  return { schema: isObject(more) ? (more as Schema) : undefined, declared: false };
}

function alwaysThere(parent: Schema | undefined, name: string, field: Schema): JsonObject | null | undefined {
  if (field.type === 'object' && isObject(field.default)) return {};
  const container = field.type === 'array' || field.additionalProperties !== undefined;
  return container && parent?.required?.includes(name) ? null : undefined;
}

function listShape(schema: Schema | undefined): Shape {
  const type = schema?.['x-kubernetes-list-type'] ?? 'atomic';
  if (type === 'atomic') return LEAF;
  const keys = schema?.['x-kubernetes-list-map-keys'] ?? [];
  const items = schema?.items;
  const element = type === 'set' ? setElement : (item: unknown) => mapElement(item, keys, items);
  return { kind: 'list', element, items };
}

function setElement(item: unknown): string {
  if (typeof item === 'object') {
    const what = item === null ? 'an explicit null' : Array.isArray(item) ? 'a list' : 'a map type';
    throw new TypedError(`associative list without keys has an element that's ${what}`);
  }
  return `v:${JSON.stringify(item)}`;
}

/** The path element of an item: its keys in order; a key that the item lacks counts with the schema's default. */
function mapElement(item: unknown, keys: readonly string[], items: Schema | undefined): string {
  if (item === null) throw new TypedError('associative list with keys may not have a null element');
  if (!isObject(item)) throw new TypedError('associative list with keys may not have non-map elements');
  const found: JsonObject = {};
  for (const key of [...keys].sort()) {
    const value = item[key] ?? items?.properties?.[key]?.default;
    if (value !== undefined && value !== null) found[key] = value;
  }
  if (Object.keys(found).length === 0) {
    const names = keys.map((key) => JSON.stringify(key)).join(' ');
    throw new TypedError(
      `associative list with keys has an element that omits all key fields [${names}] (and doesn't have default values for any key fields)`,
    );
  }
  return `k:${JSON.stringify(found)}`;
}

/** The items of a list by path element, in order. */
export function itemsByElement(shape: Shape & { kind: 'list' }, list: readonly unknown[]): Map<string, unknown[]> {
  const result = new Map<string, unknown[]>();
  for (const item of list) {
    const element = shape.element(item);
    const known = result.get(element);
    if (known) known.push(item);
    else result.set(element, [item]);
  }
  return result;
}
