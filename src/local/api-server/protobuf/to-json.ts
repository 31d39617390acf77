import protobuf from 'protobufjs/light.js';
import type { JsonObject } from '../schema/types.ts';
import { specialMessage, type Wire } from './special.ts';

/** Turns the raw bytes of a runtime.RawExtension into JSON; given by the caller, as they may hold an envelope again. */
export type Extension = (bytes: Uint8Array) => unknown;

const RAW_EXTENSION = '.k8s.io.apimachinery.pkg.runtime.RawExtension';

/**
 * The JSON that Go would write for a decoded message. Go's protobuf writes every field that is no pointer, zero or not;
 * the descriptor's options (from the json tags) say which zeros JSON leaves out and which messages are inlined.
 */
export function toJson(message: unknown, type: protobuf.Type, extension: Extension): unknown {
  const wire = message as Wire;
  if (type.fullName === RAW_EXTENSION) {
    const bytes = wire['raw'];
    return bytes instanceof Uint8Array && bytes.length > 0 ? extension(bytes) : undefined;
  }
  const special = specialMessage(type);
  if (special) {
    return special(wire, (inner, name) => toJson(inner, type.root.lookupType(name), extension));
  }
  const result: JsonObject = {};
  for (const field of type.fieldsArray) {
    if (!Object.hasOwn(wire, field.name)) continue;
    const value = fieldJson(wire[field.name], field, extension);
    if (field.options?.['inline']) Object.assign(result, value);
    else if (value !== undefined && !(field.options?.['omitZero'] && isZero(value))) {
      result[String(field.options?.['json'] ?? field.name)] = value;
    }
  }
  return result;
}

function fieldJson(value: unknown, field: protobuf.Field, extension: Extension): unknown {
  // The wire cannot tell an empty list from none: Go reads none.
  if (field.repeated && Array.isArray(value)) {
    return value.length === 0 ? undefined : value.map((item) => single(item, field, extension));
  }
  if (field.map) {
    const entries = Object.entries(value as Wire);
    // protobufjs gives every message its maps, on the wire or not.
    if (entries.length === 0) return undefined;
    return Object.fromEntries(entries.map(([key, item]) => [key, single(item, field, extension)]));
  }
  return single(value, field, extension);
}

function single(value: unknown, field: protobuf.Field, extension: Extension): unknown {
  if (field.resolvedType instanceof protobuf.Type) return toJson(value, field.resolvedType, extension);
  // protobufjs gives an empty array for the bytes of a map's entry that has none.
  if (field.type === 'bytes') return Buffer.from(value as Uint8Array).toString('base64');
  // 64-bit integers: JSON numbers, as Go writes them.
  if (typeof value === 'object' && value !== null) return Number(String(value));
  return value;
}

function isZero(value: unknown): boolean {
  return value === 0 || value === '' || value === false;
}
