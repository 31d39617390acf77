import { isMap, type Json } from '../object.ts';
import type { Schema } from '../schema/index.ts';

const quantity = 'io.k8s.apimachinery.pkg.api.resource.Quantity';

/** Times that Go's structs hold by value, and so write as null when nobody set them. */
const valueTimes = [
  ...['lastProbeTime', 'lastTransitionTime', 'lastUpdateTime', 'lastHeartbeatTime'],
  ...['startedAt', 'finishedAt', 'firstTimestamp', 'lastTimestamp', 'eventTime'],
];

/** The object as Go writes it: quantities as text (`cpu: 0.5` is stored as `500m`), times that are not set as null. */
export function asGoWrites(schema: Schema | undefined, value: unknown): unknown {
  if (schema === undefined) return value;
  if (typeof value === 'number') return schema['x-go-type'] === quantity ? quantityText(value) : value;
  if (Array.isArray(value)) return value.map((item) => asGoWrites(schema.items, item));
  if (!isMap(value)) return value;
  const result: Json = {};
  for (const [name, inner] of Object.entries(value)) result[name] = asGoWrites(fieldOf(schema, name), inner);
  for (const name of valueTimes) {
    if (result[name] === undefined && schema.properties?.[name] !== undefined) result[name] = null;
  }
  return result;
}

function fieldOf(schema: Schema, name: string): Schema | undefined {
  const declared = schema.properties?.[name];
  if (declared !== undefined) return declared;
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

/** Canonical as Go's resource.Quantity: whole numbers as they are, fractions in thousandths or finer. */
export function quantityText(value: number): string {
  if (Number.isInteger(value)) return String(value);
  for (const [factor, suffix] of [
    [1e3, 'm'],
    [1e6, 'u'],
  ] as const) {
    const scaled = Math.round(value * factor * 1e6) / 1e6;
    if (Number.isInteger(scaled)) return `${scaled}${suffix}`;
  }
  return `${Math.ceil(value * 1e9)}n`;
}
