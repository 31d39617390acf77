import { isMap } from '../object.ts';
import type { Schema } from '../schema/index.ts';

/** A version's schema as it is served and checked: an object, with what every object has at its top. */
export function prepareSchema(declared: unknown): Schema {
  const schema: Schema = isMap(declared) ? (declared as Schema) : { type: 'object' };
  return { ...schema, type: schema.type ?? 'object' };
}
