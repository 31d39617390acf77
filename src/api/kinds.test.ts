import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { repositoryExample, serviceExample, terraformExample } from './examples.ts';
import { crdOf, kinds } from './kinds.ts';
import { parseRepository } from './repository.ts';
import { type JsonSchema, jsonSchemaOf, toStructural } from './schema-to-crd.ts';
import { parseService } from './service.ts';
import { parseTerraform } from './terraform-object.ts';

const structural = (schema: z.ZodType) => toStructural(jsonSchemaOf(schema));

describe('toStructural', () => {
  it.each<[string, z.ZodType, JsonSchema]>([
    [
      'values of any shape are not pruned',
      z.record(z.string(), z.unknown()),
      {
        type: 'object',
        'x-kubernetes-preserve-unknown-fields': true,
      },
    ],
    [
      'maps of one type stay so',
      z.record(z.string(), z.string()),
      { type: 'object', additionalProperties: { type: 'string' } },
    ],
    ['a number or text', z.union([z.int(), z.string()]), { 'x-kubernetes-int-or-string': true }],
    [
      'other alternatives are left to the controller',
      z.union([z.string(), z.object({ a: z.string() })]).describe('D'),
      {
        description: 'D',
        'x-kubernetes-preserve-unknown-fields': true,
      },
    ],
    ['anything', z.unknown(), { 'x-kubernetes-preserve-unknown-fields': true }],
    ['idle bounds of numbers go, others stay', z.int().min(1), { type: 'integer', format: 'int64', minimum: 1 }],
    ['defaults and choices', z.enum(['a', 'b']).default('a'), { type: 'string', enum: ['a', 'b'], default: 'a' }],
    [
      'rules',
      z.object({}).meta({ rules: [{ rule: 'true', message: 'm' }] }),
      {
        type: 'object',
        properties: {},
        'x-kubernetes-validations': [{ rule: 'true', message: 'm' }],
      },
    ],
    [
      'lists with keys',
      z.array(z.object({ type: z.string() })).meta({ listMapKeys: ['type'] }),
      {
        type: 'array',
        items: { type: 'object', required: ['type'], properties: { type: { type: 'string' } } },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['type'],
      },
    ],
  ])('%s', (_, schema, expected) => {
    expect(structural(schema)).toEqual(expected);
  });
});

describe('the definitions', () => {
  it.each(kinds.map(crdOf).map((crd) => [crd.metadata.name, crd] as const))(
    '%s is structural and has our columns',
    (_, crd) => {
      const spec = crd['spec'] as {
        names: { categories: string[] };
        versions: [
          { schema: { openAPIV3Schema: JsonSchema }; additionalPrinterColumns: { name: string; priority?: number }[] },
        ];
      };
      expect(spec.names.categories).toEqual(['alustan']);
      expect(problems(spec.versions[0].schema.openAPIV3Schema, '')).toEqual([]);
      const columns = spec.versions[0].additionalPrinterColumns.filter(({ priority }) => priority === undefined);
      const names = columns.map(({ name }) => name);
      expect(names.filter((name) => name !== 'Image' && name !== 'Revision')).toEqual(['State', 'Age', 'Message']);
    },
  );

  it('Service has the short name asvc, the column IMAGE, and more with -o wide', () => {
    expect(kinds[0]?.shortNames).toEqual(['asvc']);
    const columns = kinds[0]?.columns.map(({ name, priority }) => (priority === 1 ? `(${name})` : name));
    expect(columns).toEqual(['State', 'Image', 'Age', 'Message', '(Revision)', '(Release)', '(Job)']);
  });

  it('the examples of the reference pages fit the schemas', () => {
    expect(parseService(serviceExample)).toMatchObject({ ok: true });
    expect(parseRepository(repositoryExample)).toMatchObject({ ok: true });
    expect(parseTerraform(terraformExample)).toMatchObject({ ok: true });
  });

  it.each(kinds.map((kind) => [kind.kind, kind] as const))('every field of %s is described', (_, kind) => {
    const bare = (schema: JsonSchema, path: string): string[] => [
      ...(schema.description === undefined ? [path] : []),
      ...Object.entries((schema.items ?? schema).properties ?? {}).flatMap(([name, item]) =>
        bare(item, `${path}.${name}`),
      ),
    ];
    expect([...bare(jsonSchemaOf(kind.spec), 'spec'), ...bare(jsonSchemaOf(kind.status), 'status')]).toEqual([]);
  });
});

/** What the API server would refuse, by path. */
function problems(schema: JsonSchema, path: string): string[] {
  const free = schema['x-kubernetes-preserve-unknown-fields'] === true || schema['x-kubernetes-int-or-string'] === true;
  const own = [
    ...(schema.type === undefined && !free ? [`${path}: no type`] : []),
    ...['anyOf', 'oneOf', 'allOf', '$ref', 'rules', 'listMapKeys', 'nullable']
      .filter((key) => key in schema)
      .map((key) => `${path}: ${key}`),
    ...('properties' in schema && 'additionalProperties' in schema ? [`${path}: both kinds of properties`] : []),
  ];
  const inner = Object.entries(schema.properties ?? {}).flatMap(([name, item]) => problems(item, `${path}.${name}`));
  return [...own, ...inner, ...(schema.items === undefined ? [] : problems(schema.items, `${path}[]`))];
}
