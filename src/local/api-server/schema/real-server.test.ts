import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { invalid } from '../errors.ts';
import {
  applyDefaults,
  type FieldError,
  type JsonObject,
  objectSchema,
  prune,
  unknownFields,
  validate,
} from './index.ts';

/** Creations of custom resources, and what a real kube-apiserver 1.34 answered (fieldValidation=Strict). */
type Case = {
  name: string;
  object: JsonObject;
  code: number;
  spec?: JsonObject;
  message?: string;
  causes?: FieldError[];
};
const recorded = JSON.parse(
  readFileSync(new URL('./testdata/custom-resource.generated.json', import.meta.url), 'utf8'),
) as { openAPIV3Schema: JsonObject; cases: Case[] };

const schema = objectSchema(recorded.openAPIV3Schema);
/** Refused before the schema is looked at (Go types of metadata), or with an error of Go's own (0 as a factor). */
const ELSEWHERE = ['metatype', 'emb2', 'ratio0'];
const cases = recorded.cases.filter(({ name }) => !ELSEWHERE.includes(name));
const byField = (errors: FieldError[] = []) =>
  errors.map(({ field, reason, message }) => `${field} ${reason} ${message}`).sort();

describe('a custom resource, as a real kube-apiserver', () => {
  it.each(cases.filter(({ code }) => code === 201))('$name: is created with its defaults', ({ object, spec }) => {
    const stored = applyDefaults(schema, prune(schema, object));
    expect(unknownFields(schema, object)).toEqual([]);
    expect(validate(schema, stored)).toEqual([]);
    expect(stored['spec']).toEqual(spec);
  });

  it.each(cases.filter(({ code }) => code === 422))('$name: $message', ({ object, causes, message, name }) => {
    const errors = validate(schema, applyDefaults(schema, prune(schema, object)));
    expect(byField(errors)).toEqual(byField(causes));
    // The order of more errors is Go's random order of maps.
    if (name !== 'many') expect(invalid({ group: 'a2.example.com', name: 'Probe' }, 'p', errors).message).toBe(message);
  });

  it.each(cases.filter(({ code }) => code === 400))('$name: $message', ({ object, message }) => {
    const unknown = unknownFields(schema, object).map((path) => `unknown field "${path}"`);
    expect(message).toBe(
      `Probe in version "v1" cannot be handled as a Probe: strict decoding error: ${unknown.join(', ')}`,
    );
  });
});
