import { allowedNamespacesAnnotation, publishersAnnotation } from '../core/annotations.ts';
import { fillPlaceholders } from '../core/placeholder.ts';
import { type Failure, fail, ok, type Result } from '../core/result.ts';
import type { ClusterSecret } from './facts.ts';

/** Key of `data` that makes a cluster Secret one of a remote cluster (E6); no placeholder may read it. */
export const kubeconfig = 'kubeconfig';

/** Who wants to use the cluster Secret of an environment, and what the messages name. */
export type Workspace = Readonly<{
  /** Label `environment` of the Secret. */
  environment: string;
  /** Field of the spec that names the environment. */
  field: string;
  /** Namespace of the object. */
  namespace: string;
  clusterSecrets: readonly ClusterSecret[];
  controllerNamespace: string;
}>;

/** What was filled, and the values in it that came from `data` (E2). */
export type FilledFrom<T> = Readonly<{ value: T; sensitive: readonly string[] }>;

/** E2–E5: fills `${workspace.NAME}` from the one cluster Secret of the workspace; `field` holds the placeholders. */
export function fillFrom<T>(value: T, field: string, workspace: Workspace): Result<FilledFrom<T>> {
  const plain = fillPlaceholders(value, () => undefined);
  if (plain.used.length === 0) return ok({ value: plain.value, sensitive: [] });
  const secret = secretOf(workspace, `create one that holds ${plain.used.join(', ')}`);
  if (!secret.ok) return secret;
  const filled = fillPlaceholders(value, (name) => lookUp(secret.value, name));
  if (filled.missing.length > 0) return unresolved(workspace, secret.value, field, filled.missing);
  const used = Object.entries(secret.value.data).filter(([name, text]) => filled.used.includes(name) && text !== '');
  return ok({ value: filled.value, sensitive: used.map(([, text]) => text) });
}

/** The one Secret of the environment that this namespace may use; `remedy`: what to do when there is none. */
export function secretOf(workspace: Workspace, remedy: string): Result<ClusterSecret> {
  const found = workspace.clusterSecrets.filter((secret) => secret.environment === workspace.environment);
  const [secret, second] = found;
  if (secret === undefined) return none(workspace, remedy);
  if (second !== undefined) return several(workspace, found);
  return isAllowed(secret, workspace.namespace) ? ok(secret) : { ok: false, failure: notAllowed(workspace, secret) };
}

/** E2: keys of `data` win over annotations. */
function lookUp(secret: ClusterSecret, name: string): string | undefined {
  if (name === kubeconfig) return undefined;
  if (isKey(secret.data, name)) return secret.data[name];
  return isKey(secret.annotations, name) ? secret.annotations[name] : undefined;
}

function isKey(map: Readonly<Record<string, string>>, name: string): boolean {
  return Object.hasOwn(map, name);
}

/** E2: without the annotation every namespace may use the Secret. */
export function isAllowed({ annotations }: ClusterSecret, namespace: string): boolean {
  const globs = annotations[allowedNamespacesAnnotation];
  return globs === undefined || matches(globs, namespace);
}

/** To use a Secret is not to write to it: without the annotation no namespace may. */
export function mayPublish({ annotations }: ClusterSecret, namespace: string): boolean {
  return matches(annotations[publishersAnnotation] ?? '', namespace);
}

/** Globs, separated by commas or spaces. */
function matches(globs: string, namespace: string): boolean {
  return globs.split(/[\s,]+/).some((glob) => glob !== '' && globToRegExp(glob).test(namespace));
}

function globToRegExp(glob: string): RegExp {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}

type Of = Pick<Workspace, 'field' | 'namespace' | 'controllerNamespace'>;

export function notAllowed({ field, namespace, controllerNamespace }: Of, secret: ClusterSecret): Failure {
  const message =
    `${field}: the cluster Secret ${controllerNamespace}/${secret.name} does not allow the namespace ` +
    `"${namespace}"; add it to the Secret's annotation ${allowedNamespacesAnnotation}`;
  return { kind: 'invalid', reason: 'NotAllowed', message };
}

export function mayNotPublish({ field, namespace, controllerNamespace }: Of, secret: ClusterSecret): Failure {
  const message =
    `${field}: the cluster Secret ${controllerNamespace}/${secret.name} does not let the namespace "${namespace}" ` +
    `publish; add it to the Secret's annotation ${publishersAnnotation}`;
  return { kind: 'invalid', reason: 'NotAllowed', message };
}

function labels({ environment }: Workspace): string {
  return `alustan.io/secret-type=cluster and environment=${environment}`;
}

function none(workspace: Workspace, remedy: string): Result<never> {
  const { field, controllerNamespace } = workspace;
  const message = `${field}: no Secret in namespace "${controllerNamespace}" has the labels ${labels(workspace)}; ${remedy}`;
  return fail('invalid', 'NoClusterSecret', message);
}

function several(workspace: Workspace, found: readonly ClusterSecret[]): Result<never> {
  const { field, controllerNamespace } = workspace;
  const names = found.map((secret) => secret.name).sort();
  const message =
    `${field}: ambiguous, the Secrets ${names.join(', ')} in namespace "${controllerNamespace}" all have the ` +
    `labels ${labels(workspace)}; leave them on one`;
  return fail('invalid', 'AmbiguousClusterSecret', message);
}

type Names = readonly string[];

function unresolved(workspace: Workspace, secret: ClusterSecret, field: string, missing: Names): Result<never> {
  const list = missing.map((name) => `\${workspace.${name}}`).join(', ');
  const message =
    `${field}: unresolved ${list}; add the missing keys to the cluster Secret ` +
    `${workspace.controllerNamespace}/${secret.name}, as annotations or in its data`;
  return fail('invalid', 'UnresolvedVariables', message);
}
