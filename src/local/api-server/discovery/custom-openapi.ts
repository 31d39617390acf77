import { isMap, type Json, mapOf } from '../object.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import { loadCatalog, type Schema } from '../schema/index.ts';

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const refRoot = '#/components/schemas/';

/** An OpenAPI v3 document of the custom resources of one group version. */
export function customDocument(types: readonly ResourceType[]): Json {
  const schemas: Json = metaComponents();
  const paths: Json = {};
  for (const type of types) {
    schemas[componentName(type)] = component(type);
    schemas[`${componentName(type)}List`] = listComponent(type);
    Object.assign(paths, pathsOf(type));
  }
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: loadCatalog().gitVersion },
    paths,
    components: { schemas },
  };
}

/** `com.example.v1.Thing` for things.example.com, as the real server names it. */
function componentName(type: ResourceType): string {
  return `${type.group.split('.').reverse().join('.')}.${type.version}.${type.kind}`;
}

function kindOf(type: ResourceType, kind = type.kind): Json {
  return { group: type.group, version: type.version, kind };
}

const typeMeta: Json = {
  apiVersion: {
    type: 'string',
    description:
      'APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources',
  },
  kind: {
    type: 'string',
    description:
      'Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds',
  },
};

function component(type: ResourceType): Json {
  const schema: Schema = type.custom?.schema ?? { type: 'object' };
  const metadata = {
    allOf: [{ $ref: `${refRoot}${meta}.ObjectMeta` }],
    description:
      "Standard object's metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata",
  };
  return {
    ...schema,
    properties: { ...schema.properties, ...typeMeta, metadata },
    'x-kubernetes-group-version-kind': [kindOf(type)],
  };
}

function listComponent(type: ResourceType): Json {
  return {
    description: `${type.kind}List is a list of ${type.kind}`,
    type: 'object',
    required: ['items'],
    properties: {
      ...typeMeta,
      items: { type: 'array', items: { $ref: refRoot + componentName(type) } },
      metadata: { allOf: [{ $ref: `${refRoot}${meta}.ListMeta` }] },
    },
    'x-kubernetes-group-version-kind': [kindOf(type, `${type.kind}List`)],
  };
}

/** The operations that clients look up: kubectl reads from PATCH whether `fieldValidation` is there. */
function pathsOf(type: ResourceType): Json {
  const base = `/apis/${type.group}/${type.version}/${type.namespaced ? 'namespaces/{namespace}/' : ''}${type.plural}`;
  const ref = { $ref: refRoot + componentName(type) };
  const content = { 'application/json': { schema: ref } };
  const response = { responses: { '200': { description: 'OK', content } } };
  const operation = (action: string, parameters: string[], body = false): Json => ({
    ...response,
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': kindOf(type),
    parameters: parameters.map((name) => ({ name, in: 'query', schema: { type: 'string', uniqueItems: true } })),
    ...(body ? { requestBody: { content } } : {}),
  });
  const write = ['dryRun', 'fieldManager', 'fieldValidation'];
  return {
    [base]: {
      get: operation('list', ['labelSelector', 'fieldSelector', 'limit', 'continue']),
      post: operation('post', write, true),
    },
    [`${base}/{name}`]: {
      get: operation('get', []),
      put: operation('put', write, true),
      patch: operation('patch', [...write, 'force'], true),
      delete: operation('delete', ['dryRun', 'propagationPolicy', 'gracePeriodSeconds']),
    },
  };
}

let metaSchemas: Json | undefined;

/** ObjectMeta, ListMeta and what they refer to. */
function metaComponents(): Json {
  metaSchemas ??= pickMeta();
  return { ...metaSchemas };
}

function pickMeta(): Json {
  const document = JSON.parse(loadCatalog().openapi('api/v1') ?? '{}') as Json;
  const all = mapOf(mapOf(document['components'])['schemas']);
  const picked: Json = {};
  const pick = (name: string): void => {
    if (picked[name] !== undefined || all[name] === undefined) return;
    picked[name] = all[name];
    for (const ref of refsIn(all[name])) pick(ref);
  };
  pick(`${meta}.ObjectMeta`);
  pick(`${meta}.ListMeta`);
  return picked;
}

function refsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(refsIn);
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner.slice(refRoot.length)] : refsIn(inner),
  );
}
