import { badRequest, type Cause, forbiddenField, invalidValue } from '../errors.ts';
import { type ApiObject, equalJson, fallback, mapOf, textOf } from '../object.ts';
import type { Strategy } from './strategy.ts';

/** Of all values together: the limit of etcd's requests, and Helm's on a release. */
const maxBytes = 1024 * 1024;

function immutableErrors(object: ApiObject, old: ApiObject | undefined, fields: readonly string[]): Cause[] {
  if (old?.['immutable'] !== true) return [];
  const why = 'field is immutable when `immutable` is set';
  const changed = fields.filter((field) => !equalJson(object[field] ?? {}, old[field] ?? {}));
  const unset = object['immutable'] === true ? [] : [forbiddenField('immutable', why)];
  return [...unset, ...changed.map((field) => forbiddenField(field, why))];
}

function keyErrors(values: unknown, field: string): Cause[] {
  const words =
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
  return Object.keys(mapOf(values))
    .filter((key) => !/^[-._a-zA-Z0-9]+$/.test(key))
    .map((key) => invalidValue(`${field}[${key}]`, key, words));
}

function tooLong(field: string): Cause {
  return { reason: 'FieldValueTooLong', message: `Too long: may not be more than ${maxBytes} bytes`, field };
}

/** Bytes of base64 text; refuses what is none, as the real server's decoder does. */
function decodedLength(text: unknown): number {
  if (text === null) return 0;
  const value = textOf(text);
  if (
    typeof text !== 'string' ||
    !/^[A-Za-z0-9+/\r\n]*={0,2}$/.test(value) ||
    value.replace(/[\r\n]/g, '').length % 4 !== 0
  ) {
    throw badRequest('Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 0');
  }
  return Buffer.byteLength(value, 'base64');
}

const secrets: Strategy = {
  defaults(secret) {
    fallback(secret, 'type', 'Opaque');
    const plain = Object.entries(mapOf(secret['stringData']));
    const encoded = plain.map(([key, value]) => [key, Buffer.from(textOf(value)).toString('base64')]);
    if (plain.length > 0) secret['data'] = { ...mapOf(secret['data']), ...Object.fromEntries(encoded) };
    delete secret['stringData'];
  },
  validate(secret, old) {
    const bytes = Object.values(mapOf(secret['data'])).reduce<number>((sum, value) => sum + decodedLength(value), 0);
    const causes = [...keyErrors(secret['data'], 'data'), ...immutableErrors(secret, old, ['data'])];
    if (bytes > maxBytes) causes.push(tooLong('data'));
    if (old !== undefined && old['type'] !== secret['type']) {
      causes.push(invalidValue('type', secret['type'], 'field is immutable'));
    }
    return causes;
  },
};

const configMaps: Strategy = {
  validate(map, old) {
    const text = Object.values(mapOf(map['data'])).reduce<number>(
      (sum, one) => sum + Buffer.byteLength(textOf(one)),
      0,
    );
    const binary = Object.values(mapOf(map['binaryData'])).reduce<number>((sum, one) => sum + decodedLength(one), 0);
    const causes = [...keyErrors(map['data'], 'data'), ...immutableErrors(map, old, ['data', 'binaryData'])];
    if (text + binary > maxBytes) causes.push(tooLong(''));
    return causes;
  },
};

export const config: Record<string, Strategy> = { '/secrets': secrets, '/configmaps': configMaps };
