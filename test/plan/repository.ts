import { parse } from 'yaml';
import { parseRepository, type RepositoryObject } from '../../src/api/repository.ts';
import { refOf } from '../../src/core/plan.ts';
import type { KubeObject } from '../../src/core/resource.ts';
import { fail, ok } from '../../src/core/result.ts';
import type { Manifest, RepositoryFacts, SourceContent } from '../../src/plan/repository/facts.ts';
import { objectId } from '../../src/plan/repository/identity.ts';
import { placeAll } from '../../src/plan/repository/place.ts';
import { repositoryFinalizer } from '../../src/plan/repository/plan.ts';

/** What a case may say; the rest is the quiet default. */
export type Given = Readonly<{
  spec?: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  status?: { inventory?: string[]; source?: string; revision?: string };
  /** `file:line apiVersion Kind [namespace/]name {more}`; scope by whether the kind is in `clusterScoped`. */
  manifests?: readonly string[];
  problems?: SourceContent['problems'];
  kustomization?: string;
  source?: 'absent' | { fails: { kind: 'invalid' | 'transient'; reason: string; message: string } };
  /** What lies in the cluster as the manifests say: all, or those of these names. */
  applied?: boolean | string[];
  /** Other objects of the cluster, as manifests are written. */
  live?: readonly string[];
  unknownKinds?: readonly string[];
  namespaceTerminating?: boolean;
}>;

const clusterScoped = new Set([
  'Namespace',
  'CustomResourceDefinition',
  'ClusterRole',
  'ClusterRoleBinding',
  'PriorityClass',
  'StorageClass',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
]);
const line =
  /^(?:(?<file>[^\s:]+):(?<line>\d+) )?(?<version>\S+) (?<kind>\w+) (?:(?<namespace>[\w-]+)\/)?(?<name>[\w.-]+)(?: (?<more>\{.*\}))?$/;

/** An object in one line. */
function objectLine(text: string): { file: string; line: number; object: KubeObject } {
  const parts = line.exec(text)?.groups;
  if (parts === undefined) throw new Error(`not an object: ${text}`);
  const more = parse(parts['more'] ?? '{}') as Partial<KubeObject>;
  const metadata = {
    name: parts['name'] ?? '',
    ...(parts['namespace'] === undefined ? {} : { namespace: parts['namespace'] }),
  };
  const object = {
    ...more,
    apiVersion: parts['version'] ?? '',
    kind: parts['kind'] ?? '',
    metadata: { ...metadata, ...more.metadata },
  };
  return { file: parts['file'] ?? '', line: Number(parts['line'] ?? 1), object };
}

export function repositoryOf(given: Given): RepositoryObject {
  const inventory = given.status?.inventory?.map((text) => {
    const { file, object } = objectLine(text);
    return { ...refOf(object), file };
  });
  const parsed = parseRepository({
    apiVersion: 'alustan.io/v1alpha1',
    kind: 'Repository',
    metadata: {
      name: 'apps',
      namespace: 'shop',
      uid: 'r1',
      generation: 1,
      finalizers: [repositoryFinalizer],
      ...given.metadata,
    },
    spec: withoutNull({ url: 'https://git.example/shop.git', path: 'apps', ...given.spec }),
    status: { ...given.status, ...(inventory === undefined ? {} : { inventory }) },
  });
  if (!parsed.ok) throw new Error(parsed.failure.message);
  return parsed.value;
}

export function repositoryFacts(given: Given, object: RepositoryObject): RepositoryFacts {
  const content: SourceContent = {
    revision: '7fd1a60b01f91b314f59955a4e4d4e80d8edf11d',
    manifests: (given.manifests ?? []).map((text) => manifest(text, given.unknownKinds ?? [])),
    problems: given.problems ?? [],
    ...(given.kustomization === undefined ? {} : { kustomization: given.kustomization }),
  };
  const isApplied = (name: string) =>
    Array.isArray(given.applied) ? given.applied.includes(name) : given.applied === true;
  const placed = placeAll(object, content).placed.map((item) => item.object);
  const applied = placed.filter((item) => isApplied(item.metadata.name));
  const others = (given.live ?? []).map((text) => objectLine(text).object);
  const live = new Map(applied.map((item) => [objectId(refOf(item)), item]));
  for (const item of others) live.set(objectId(refOf(item)), overlay(live.get(objectId(refOf(item))), item));
  return {
    defaultServiceAccount: 'alustan-runner',
    ...source(given, content),
    live: Object.fromEntries(live),
    namespaceTerminating: given.namespaceTerminating ?? false,
  };
}

/** What a case says of an object lies over what was applied. */
function overlay(applied: KubeObject | undefined, object: KubeObject): KubeObject {
  if (applied === undefined) return object;
  const annotations = { ...applied.metadata.annotations, ...object.metadata.annotations };
  return { ...applied, ...object, metadata: { ...applied.metadata, ...object.metadata, annotations } };
}

function source({ source: given }: Given, content: SourceContent): Pick<RepositoryFacts, 'source'> {
  if (given === 'absent') return {};
  if (given === undefined) return { source: ok(content) };
  return { source: fail(given.fails.kind, given.fails.reason, given.fails.message) };
}

function manifest(text: string, unknown: readonly string[]): Manifest {
  const item = objectLine(text);
  const { kind } = item.object;
  return unknown.includes(kind) ? item : { ...item, namespaced: !clusterScoped.has(kind) };
}

function withoutNull(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}
