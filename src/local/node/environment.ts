import type { KubeObject } from '../../core/resource.ts';
import type { Container, EnvFrom, EnvVar, Pod } from '../cluster/types.ts';

/** A Secret or ConfigMap of the pod's namespace as text by key, or undefined when there is none of that name. */
export type Lookup = (
  kind: 'Secret' | 'ConfigMap',
  name: string,
) => Promise<Readonly<Record<string, string>> | undefined>;

/** The kubelet's words for what a container's environment lacks: the message of CreateContainerConfigError. */
export class ConfigError extends Error {}

/** The environment of a container. Rejects with `ConfigError` when something that it names is not there. */
export async function environmentOf(pod: Pod, container: Container, lookup: Lookup): Promise<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const source of container.envFrom ?? []) Object.assign(env, await allOf(source, lookup));
  for (const variable of container.env ?? []) {
    const value = await resolve(pod, variable, env, lookup);
    if (value !== undefined) env[variable.name] = value;
  }
  return env;
}

async function allOf(source: EnvFrom, lookup: Lookup): Promise<Record<string, string>> {
  const kind = source.secretRef === undefined ? 'ConfigMap' : 'Secret';
  const ref = source.secretRef ?? source.configMapRef;
  if (ref === undefined) return {};
  const data = await lookup(kind, ref.name);
  if (data === undefined && !ref.optional) throw new ConfigError(`${kind.toLowerCase()} "${ref.name}" not found`);
  return Object.fromEntries(Object.entries(data ?? {}).map(([key, value]) => [`${source.prefix ?? ''}${key}`, value]));
}

async function resolve(
  pod: Pod,
  { value, valueFrom }: EnvVar,
  env: Readonly<Record<string, string>>,
  lookup: Lookup,
): Promise<string | undefined> {
  if (valueFrom === undefined) return expand(value ?? '', env);
  if (valueFrom.fieldRef !== undefined) return fieldOf(pod, valueFrom.fieldRef.fieldPath);
  const kind = valueFrom.secretKeyRef === undefined ? 'ConfigMap' : 'Secret';
  const ref = valueFrom.secretKeyRef ?? valueFrom.configMapKeyRef;
  if (ref === undefined) return '';
  const data = await lookup(kind, ref.name);
  const found = data?.[ref.key];
  if (found !== undefined || ref.optional) return found;
  if (data === undefined) throw new ConfigError(`${kind.toLowerCase()} "${ref.name}" not found`);
  throw new ConfigError(`couldn't find key ${ref.key} in ${kind} ${pod.metadata.namespace}/${ref.name}`);
}

/** `$(NAME)` of an earlier variable is replaced, `$$(NAME)` stays as `$(NAME)`, unknown names stay as they are. */
export function expand(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$\$|\$\(([^)]+)\)/g, (all, name?: string) => (name === undefined ? '$' : (env[name] ?? all)));
}

/** A field of the pod by the downward API's path. */
export function fieldOf(pod: Pod, path: string): string {
  const part = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (part) return pod.metadata[part[1] as 'labels' | 'annotations']?.[part[2] ?? ''] ?? '';
  const fields: Readonly<Record<string, string | undefined>> = {
    'metadata.name': pod.metadata.name,
    'metadata.namespace': pod.metadata.namespace,
    'metadata.uid': pod.metadata.uid,
    'spec.nodeName': pod.spec.nodeName,
    'spec.serviceAccountName': pod.spec.serviceAccountName,
    'status.hostIP': pod.status?.hostIP,
    'status.podIP': pod.status?.podIP,
  };
  if (path === 'metadata.labels') return lines(pod.metadata.labels);
  if (path === 'metadata.annotations') return lines(pod.metadata.annotations);
  return fields[path] ?? '';
}

function lines(map: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {})
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');
}

/** Values of a Secret or ConfigMap, decoded. */
export function decode(object: KubeObject): Record<string, Buffer> {
  const text = (field: string): [string, string][] => Object.entries((object[field] ?? {}) as Record<string, string>);
  if (object.kind === 'Secret') {
    return Object.fromEntries(text('data').map(([key, value]) => [key, Buffer.from(value, 'base64')]));
  }
  return Object.fromEntries([
    ...text('data').map(([key, value]) => [key, Buffer.from(value)]),
    ...text('binaryData').map(([key, value]) => [key, Buffer.from(value, 'base64')]),
  ]) as Record<string, Buffer>;
}
