import { describe, expect, it } from 'vitest';
import {
  decodeError,
  duplicateFields,
  type JsonObject,
  loadCatalog,
  type Schema,
  unknownFields,
  validate,
} from './index.ts';

const rule = (rule: string, more = {}): Schema => ({
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: { size: { type: 'integer' }, names: { type: 'array', items: { type: 'string' } } },
      'x-kubernetes-validations': [{ rule, ...more }],
    },
  },
});
const sized = (size: number) => ({ spec: { size } });

const rules: [string, string, JsonObject, JsonObject | undefined, string[]][] = [
  ['passes', 'self.size > 1', sized(2), undefined, []],
  [
    'fails with its own text',
    'self.size > 1',
    sized(1),
    undefined,
    ['Invalid value: "object": failed rule: self.size > 1'],
  ],
  ['a transition rule does not run at creation', 'self.size == oldSelf.size', sized(1), undefined, []],
  [
    'a transition rule runs on update',
    'self.size >= oldSelf.size',
    sized(1),
    sized(2),
    ['Invalid value: "object": failed rule: self.size >= oldSelf.size'],
  ],
  ['what did not change is not refused again', 'self.size > 1', sized(1), sized(1), []],
  [
    'a missing field is an error of the rule',
    'self.gone == 1',
    sized(1),
    undefined,
    ['Invalid value: "object": no such key: gone evaluating rule: self.gone == 1'],
  ],
  [
    'an unknown function never passes',
    'quantity(self.size) == 1',
    sized(1),
    undefined,
    ['Invalid value: "object": rule compile error: found no matching overload for \'quantity(dyn)\''],
  ],
  ['has() of an item', 'has(self.list[0].k) && !has(self.list[0].z)', { spec: { list: [{ k: 1 }] } }, undefined, []],
  ['has() in a literal is text', "'has(x)' == 'has' + '(x)'", sized(1), undefined, []],
  ['has() of the old value makes a transition rule', 'has(oldSelf.size)', sized(1), undefined, []],
  [
    'has() of a field of nothing is an error',
    'has(self.a.b)',
    sized(1),
    undefined,
    ['Invalid value: "object": no such key: a evaluating rule: has(self.a.b)'],
  ],
  [
    'functions of Kubernetes: lists',
    "self.names.isSorted() && self.names.indexOf('b') == 1",
    { spec: { names: ['a', 'b'] } },
    undefined,
    [],
  ],
  [
    'functions of Kubernetes: strings',
    "self.names[0].replace('a', 'x').find('x+') == 'xx'",
    { spec: { names: ['aa'] } },
    undefined,
    [],
  ],
];

describe('CEL rules', () => {
  it.each(rules)('%s: %s', (_title, expression, object, old, messages) => {
    expect(validate(rule(expression), object, old).map(({ message }) => message)).toEqual(messages);
  });

  it('optionalOldSelf: runs at creation with no old value', () => {
    const schema = rule('oldSelf.hasValue() || self.size == 1', { optionalOldSelf: true, message: 'starts with 1' });
    expect(validate(schema, sized(2))).toEqual([
      { field: 'spec', reason: 'FieldValueInvalid', message: 'Invalid value: "object": starts with 1' },
    ]);
    expect(validate(schema, sized(2), sized(1))).toEqual([]);
  });

  it('a messageExpression that fails gives way to the message', () => {
    const schema = rule('false', { message: 'plain', messageExpression: "'size ' + string(self.nope)" });
    expect(validate(schema, sized(2))[0]?.message).toBe('Invalid value: "object": plain');
  });

  it('correlates the items of a list of type map by their keys', () => {
    const item: Schema = {
      type: 'object',
      properties: {
        k: { type: 'string' },
        v: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] },
      },
    };
    const schema: Schema = {
      type: 'object',
      properties: {
        list: { type: 'array', items: item, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'] },
      },
    };
    const before = {
      list: [
        { k: 'a', v: '1' },
        { k: 'b', v: '2' },
      ],
    };
    expect(
      validate(
        schema,
        {
          list: [
            { k: 'b', v: '2' },
            { k: 'new', v: '9' },
          ],
        },
        before,
      ),
    ).toEqual([]);
    expect(validate(schema, { list: [{ k: 'b', v: '3' }] }, before)[0]?.field).toBe('list[0].v');
  });
});

it('a format counts without a type too, as in oneOf', () => {
  const address: Schema = { type: 'string', anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] };
  const schema: Schema = { type: 'object', properties: { address } };
  expect(validate(schema, { address: '::1' })).toEqual([]);
  expect(validate(schema, { address: '1.1.1' }).map(({ field }) => field)).toEqual(['<nil>', 'address']);
});

it('an update is not refused for what was wrong before and did not change', () => {
  const schema: Schema = { type: 'object', properties: { a: { type: 'string' }, b: { type: 'string', maxLength: 1 } } };
  expect(validate(schema, { a: 'x', b: 'long' }, { a: 'y', b: 'long' })).toEqual([]);
  expect(validate(schema, { a: 'x', b: 'other' }, { a: 'y', b: 'long' })).toHaveLength(1);
});

describe('built-in kinds', () => {
  const schemaOf = (group: string, kind: string) => loadCatalog().schema({ group, version: 'v1', kind }) as Schema;
  const deployment = schemaOf('apps', 'Deployment');

  it.each<[string, Schema, JsonObject, string]>([
    [
      'a string for a number',
      deployment,
      { spec: { replicas: 'x' } },
      'string into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      'in a list',
      schemaOf('', 'Service'),
      { spec: { ports: [{ port: 'x' }] } },
      'string into Go struct field ServicePort.spec.ports.port of type int32',
    ],
    [
      'in a map',
      schemaOf('', 'ConfigMap'),
      { data: { a: 1 } },
      'number into Go struct field ConfigMap.data of type string',
    ],
  ])('decodeError: %s', (_title, schema, object, message) => {
    expect(decodeError(schema, object)).toBe(`json: cannot unmarshal ${message}`);
  });

  it('takes both forms of a quantity and of an int-or-string', () => {
    const spec = {
      ports: [
        { port: 80, targetPort: 'http' },
        { port: 81, targetPort: 8 },
      ],
    };
    expect(decodeError(schemaOf('', 'Service'), { metadata: { creationTimestamp: null }, spec })).toBe(undefined);
    const container = { name: 'a', resources: { limits: { cpu: 1, memory: '1Gi' } } };
    expect(decodeError(schemaOf('', 'Pod'), { spec: { containers: [container] } })).toBe(undefined);
  });

  it('unknownFields: in the order of the document, at any depth', () => {
    const object = { spec: { foo: 1, template: { spec: { containers: [{ name: 'a', imag: 'x' }] } } }, zero: 1 };
    expect(unknownFields(deployment, object)).toEqual(['spec.foo', 'spec.template.spec.containers[0].imag', 'zero']);
  });

  it('unknownFields: free-form fields take anything', () => {
    const crd = schemaOf('apiextensions.k8s.io', 'CustomResourceDefinition');
    const openAPIV3Schema = {
      type: 'object',
      default: { any: [{ thing: 1 }] },
      properties: { a: { type: 'string', enum: ['x'] } },
    };
    const spec = { versions: [{ name: 'v1', schema: { openAPIV3Schema } }] };
    expect(unknownFields(crd, { spec, metadata: { managedFields: [{ fieldsV1: { 'f:a': {} } }] } })).toEqual([]);
  });
});

describe('duplicateFields', () => {
  it.each([
    ['{"a":1,"b":{"a":1}}', []],
    [
      '{"metadata":{"name":"p","name":"q"},"spec":{"n":"a","n":"b","l":[{"k":"a","k":"b"}]}}',
      ['metadata.name', 'spec.n', 'spec.l[0].k'],
    ],
    [' { "a" : [ 1 , "}" , {} ] , "a\\u0062" : "\\"" , "ab" : null } ', ['ab']],
    ['[]', []],
  ])('%s', (text, fields) => {
    expect(duplicateFields(text)).toEqual(fields);
  });
});
