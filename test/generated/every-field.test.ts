import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { type JsonSchema, jsonSchemaOf } from '../../src/api/schema-to-crd.ts';
import { terraformSpec } from '../../src/api/terraform.ts';
import { parseTerraform } from '../../src/api/terraform-object.ts';
import type { KubeObject } from '../../src/core/resource.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/terraform.md'), 'utf8');

/** Paths of the fields of a schema; `[]` for the items of a list. */
function fieldsOf({ properties = {}, items }: JsonSchema, path = ''): string[] {
  if (items !== undefined) return fieldsOf(items, `${path}[]`);
  return Object.entries(properties).flatMap(([name, schema]) => [
    `${path}.${name}`,
    ...fieldsOf(schema, `${path}.${name}`),
  ]);
}

/** The same of a value, as far as the schema goes. */
function writtenIn(value: unknown, known: ReadonlySet<string>, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => writtenIn(item, known, `${path}[]`));
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value)
    .filter(([name]) => known.has(`${path}.${name}`))
    .flatMap(([name, item]) => [`${path}.${name}`, ...writtenIn(item, known, `${path}.${name}`)]);
}

it('the page of Terraform shows every field, in one object that is accepted', () => {
  const block = /^```yaml every field\n(.*?)^```$/ms.exec(page)?.[1] ?? '';
  const object = parse(block) as KubeObject;
  expect(parseTerraform(object)).toMatchObject({ ok: true });
  const known = new Set(fieldsOf(jsonSchemaOf(terraformSpec)));
  const shown = new Set(writtenIn(object['spec'], known));
  // A second name of `workspace`.
  expect([...known].filter((field) => !shown.has(field))).toEqual(['.environment']);
});
