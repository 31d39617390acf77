import { fillPlaceholders } from '../../core/placeholder.ts';
import { type Draft, desire, end } from './draft.ts';
import type { ClusterSecret } from './facts.ts';

const allowedNamespaces = 'alustan.io/allowed-namespaces';
/** Key of `data` that makes a cluster Secret one of a remote cluster (E6); no placeholder may read it. */
export const kubeconfig = 'kubeconfig';

/** E2–E5: fills `${workspace.NAME}` from the one cluster Secret of the workspace. */
export function fillValues(draft: Draft): Draft {
  const { values } = draft.object.spec.source;
  const plain = fillPlaceholders(values, () => undefined);
  if (plain.used.length === 0) return desire(draft, { values: plain.value });
  const { workspace } = draft.object.spec;
  const found = draft.facts.clusterSecrets.filter((secret) => secret.environment === workspace);
  const [secret, second] = found;
  if (secret === undefined) return end(draft, 'invalid', 'NoClusterSecret', none(draft, plain.used));
  if (second !== undefined) return end(draft, 'invalid', 'AmbiguousClusterSecret', several(draft, found));
  if (!isAllowed(secret, draft.object.metadata.namespace)) return notAllowed(draft, secret);
  const filled = fillPlaceholders(values, (name) => lookUp(secret, name));
  if (filled.missing.length > 0)
    return end(draft, 'invalid', 'UnresolvedVariables', unresolved(secret, filled.missing));
  const used = Object.entries(secret.data).filter(([name, value]) => filled.used.includes(name) && value !== '');
  return desire(draft, { values: filled.value, sensitive: used.map(([, value]) => value) });
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

/** E2: globs, separated by commas or spaces; without the annotation every namespace may use the Secret. */
export function isAllowed(secret: ClusterSecret, namespace: string): boolean {
  const globs = secret.annotations[allowedNamespaces];
  if (globs === undefined) return true;
  return globs.split(/[\s,]+/).some((glob) => glob !== '' && globToRegExp(glob).test(namespace));
}

function globToRegExp(glob: string): RegExp {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}

export function notAllowed(draft: Draft, secret: ClusterSecret): Draft {
  const { controllerNamespace } = draft.facts.settings;
  const { namespace } = draft.object.metadata;
  return end(
    draft,
    'invalid',
    'NotAllowed',
    `spec.workspace: the cluster Secret ${controllerNamespace}/${secret.name} does not allow the namespace ` +
      `"${namespace}"; add it to the Secret's annotation ${allowedNamespaces}`,
  );
}

function labels(draft: Draft): string {
  return `alustan.io/secret-type=cluster and environment=${draft.object.spec.workspace}`;
}

function none(draft: Draft, used: readonly string[]): string {
  const { controllerNamespace } = draft.facts.settings;
  return (
    `spec.workspace: no Secret in namespace "${controllerNamespace}" has the labels ${labels(draft)}; ` +
    `create one that holds ${used.join(', ')}`
  );
}

function several(draft: Draft, found: readonly ClusterSecret[]): string {
  const { controllerNamespace } = draft.facts.settings;
  const names = found.map((secret) => secret.name).sort();
  return (
    `spec.workspace: ambiguous, the Secrets ${names.join(', ')} in namespace "${controllerNamespace}" all have the ` +
    `labels ${labels(draft)}; leave them on one`
  );
}

function unresolved(secret: ClusterSecret, missing: readonly string[]): string {
  const list = missing.map((name) => `\${workspace.${name}}`).join(', ');
  return `spec.source.values: unresolved ${list}; add the missing keys to the cluster Secret "${secret.name}"`;
}
