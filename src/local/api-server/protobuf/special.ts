import type protobuf from 'protobufjs/light.js';

/** The fields of a message that were on the wire, by protobuf name. */
export type Wire = Readonly<Record<string, unknown>>;
type Convert = (wire: Wire, toJson: (message: unknown, type: string) => unknown) => unknown;

const META = '.k8s.io.apimachinery.pkg.apis.meta.v1';
const EXT = '.k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1';

/** Messages whose Go types write their JSON themselves: full name → JSON; undefined means "leave the field out". */
const SPECIAL = new Map<string, Convert>([
  [`${META}.Time`, (wire) => time(wire, 0)],
  [`${META}.Timestamp`, (wire) => time(wire, 0)],
  [`${META}.MicroTime`, (wire) => time(wire, 6)],
  [`${META}.Duration`, (wire) => duration(BigInt(String(wire['duration'] ?? 0)))],
  [`${META}.Verbs`, (wire) => wire['items'] ?? []],
  ['.k8s.io.api.authentication.v1.ExtraValue', (wire) => wire['items'] ?? []],
  ['.k8s.io.api.authorization.v1.ExtraValue', (wire) => wire['items'] ?? []],
  ['.k8s.io.api.certificates.v1.ExtraValue', (wire) => wire['items'] ?? []],
  ['.k8s.io.apimachinery.pkg.api.resource.Quantity', (wire) => wire['string'] ?? '0'],
  [
    '.k8s.io.apimachinery.pkg.util.intstr.IntOrString',
    (wire) => (Number(wire['type'] ?? 0) === 0 ? Number(wire['intVal'] ?? 0) : (wire['strVal'] ?? '')),
  ],
  [`${META}.FieldsV1`, (wire) => raw(wire['Raw'])],
  [`${EXT}.JSON`, (wire) => raw(wire['raw'])],
  [`${EXT}.JSONSchemaPropsOrBool`, (wire, toJson) => schemaOr(wire, toJson, wire['allows'] ?? false)],
  [`${EXT}.JSONSchemaPropsOrArray`, (wire, toJson) => schemaOr(wire, toJson, schemas(wire, toJson))],
  [`${EXT}.JSONSchemaPropsOrStringArray`, (wire, toJson) => schemaOr(wire, toJson, wire['property'] ?? [])],
]);

/** How the JSON of a message is written when it is not field by field. */
export function specialMessage(type: protobuf.Type): Convert | undefined {
  return SPECIAL.get(type.fullName);
}

function schemaOr(wire: Wire, toJson: Parameters<Convert>[1], otherwise: unknown): unknown {
  return wire['schema'] === undefined ? otherwise : toJson(wire['schema'], `${EXT}.JSONSchemaProps`);
}

function schemas(wire: Wire, toJson: Parameters<Convert>[1]): unknown[] {
  const items = Array.isArray(wire['jSONSchemas']) ? wire['jSONSchemas'] : [];
  return items.map((item) => toJson(item, `${EXT}.JSONSchemaProps`));
}

function raw(bytes: unknown): unknown {
  return bytes instanceof Uint8Array && bytes.length > 0 ? JSON.parse(Buffer.from(bytes).toString()) : undefined;
}

/** RFC 3339 in UTC. Go takes 0 s 0 ns for the zero time, whose JSON is null: left out. */
function time(wire: Wire, fraction: 0 | 6): string | undefined {
  const [seconds, nanos] = [Number(wire['seconds'] ?? 0), Number(wire['nanos'] ?? 0)];
  if (seconds === 0 && nanos === 0) return undefined;
  const iso = new Date(seconds * 1000).toISOString().slice(0, 19);
  const micros = Math.trunc(nanos / 1000);
  return fraction === 0 ? `${iso}Z` : `${iso}.${String(micros).padStart(6, '0')}Z`;
}

/** Go's time.Duration.String() for nanoseconds, for example `1h2m3.5s`. */
function duration(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s';
  const sign = nanoseconds < 0n ? '-' : '';
  const ns = Number(nanoseconds < 0n ? -nanoseconds : nanoseconds);
  if (ns < 1e3) return `${sign}${ns}ns`;
  if (ns < 1e6) return `${sign}${ns / 1e3}µs`;
  if (ns < 1e9) return `${sign}${ns / 1e6}ms`;
  const hours = Math.trunc(ns / 3.6e12);
  const minutes = Math.trunc((ns % 3.6e12) / 6e10);
  const seconds = (ns % 6e10) / 1e9;
  return `${sign}${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${seconds}s`;
}
