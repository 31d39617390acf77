import type { Action } from '../../core/plan.ts';
import { fail, type Result } from '../../core/result.ts';
import { isOf } from '../attempts.ts';
import { end, report, warn } from '../draft.ts';
import type { ClusterSecret } from '../facts.ts';
import { firstFew } from '../first-few.ts';
import { kubeconfig, mayNotPublish, mayPublish, secretOf } from '../workspace.ts';
import { type Draft, type FoundOutput, forget } from './draft.ts';
import { hashOf } from './image.ts';
import { outputsPurpose } from './output.ts';
import { nameOf, ownersOf, ownKeys, publishedAnnotation } from './published.ts';
import { workspaceOf } from './variables.ts';

type Publish = NonNullable<Draft['object']['spec']['publish']>;

/** Milliseconds between two runs of the script for the same outputs. */
const pauseMs = 60_000;

/** Keys by which a delivery finds its cluster (E6), of every Service that names it: an administrator's to write. */
const reserved: ReadonlyMap<string, string> = new Map([
  [kubeconfig, 'makes a cluster Secret one of a remote cluster'],
  ['CLUSTER_NAME', 'says which cluster the Secret stands for'],
]);

/**
 * Tells at once why the outputs could not be published: a deploy may take an hour, and holds nobody up who mends it meanwhile.
 * Once they are read, it is the outcome.
 */
export function warnOfPublishing(draft: Draft): Draft {
  const { publish } = draft.object.spec;
  const target = publish === undefined ? undefined : targetFor(draft, publish);
  if (target === undefined || target.ok) return draft;
  return warn(draft, { reason: 'PublishingRefused', message: target.failure.message });
}

/** Writes outputs into the cluster Secret of their environment, and takes back what is no longer published. */
export function publishOutputs(draft: Draft): Draft {
  const { publish } = draft.object.spec;
  if (publish === undefined) return unpublish(draft);
  const target = targetFor(draft, publish);
  if (!target.ok) return { ...draft, outcome: target.failure };
  const secret = target.value;
  const names = publish.outputs.map(({ name }) => name);
  const own = ownKeys(draft, secret);
  if (draft.found !== undefined) return write(draft, secret, draft.found);
  // They have not arrived, or somebody has changed them, and the values are not kept: the script is asked again.
  const there = publish.outputs.map((output) => ({ ...output, value: valueIn(secret, output) }));
  const missing = there.filter(({ name, value }) => value === undefined || !own.includes(name));
  const isThere = missing.length === 0 && hashOfValues(draft, there) === draft.report.publishedHash;
  if (isThere) return report(draft, { published: names });
  return askAgain(draft, secret, missing.length === 0 ? names : missing.map(({ name }) => name));
}

/**
 * Unless it has just been asked: whoever else writes the Secret would have it run without end. What was never published,
 * because the key was another object's until now, nobody has overwritten.
 */
function askAgain(draft: Draft, secret: ClusterSecret, names: readonly string[]): Draft {
  const { job, publishedHash } = draft.report;
  const at = publishedHash !== undefined && isOf(job, outputsPurpose(draft)) ? job?.finishedAt : undefined;
  const due = at === undefined ? 0 : Date.parse(at) + pauseMs;
  const left = due - draft.now.getTime();
  if (left <= 0) return forget(draft, 'postDeployHash');
  const where = `the cluster Secret ${draft.facts.settings.controllerNamespace}/${secret.name}`;
  const what =
    `${where} does not hold what was published there at ${at}; if something else writes it, let it leave alone ` +
    `${firstFew(names, 5)}; it is published again at ${new Date(due).toISOString()}`;
  return end(draft, 'waiting', 'OutputsOverwritten', what, left);
}

/** The Secret, where it may be written to, and has the keys free. */
function targetFor(draft: Draft, { environment, outputs }: Publish): Result<ClusterSecret> {
  const target = targetOf(draft, environment);
  if (!target.ok) return target;
  const names = outputs.map(({ name }) => name);
  const failure = refusedKey(draft, target.value, names);
  return failure === undefined ? target : { ok: false, failure };
}

function targetOf(draft: Draft, named: string | undefined): Result<ClusterSecret> {
  const environment = named ?? draft.object.spec.workspace;
  if (environment === undefined) {
    const message = 'spec.publish.environment: neither it nor spec.workspace is set; name the environment';
    return fail('invalid', 'NoWorkspace', message);
  }
  const field = named === undefined ? 'spec.workspace' : 'spec.publish.environment';
  const remedy = 'create one: it says which namespaces may use the environment, so Alustan makes none by itself';
  const workspace = { ...workspaceOf(draft), environment, field };
  const secret = secretOf(workspace, remedy);
  if (!secret.ok || mayPublish(secret.value, workspace.namespace)) return secret;
  return { ok: false, failure: mayNotPublish(workspace, secret.value) };
}

function refusedKey(draft: Draft, secret: ClusterSecret, names: readonly string[]) {
  const owners = ownersOf(secret);
  for (const name of names) {
    const meaning = reserved.get(name);
    if (meaning !== undefined) return conflict(`"${name}" ${meaning}; publish under another name`);
    const owner = owners.get(name);
    if (owner === nameOf(draft)) continue;
    if (owner !== undefined)
      return conflict(
        `"${name}" of the cluster Secret "${secret.name}" is published by ${owner}; publish under another name`,
      );
    if (Object.hasOwn(secret.annotations, name) || Object.hasOwn(secret.data, name)) {
      return conflict(
        `the cluster Secret "${secret.name}" has "${name}" already; remove it there, or publish under another name`,
      );
    }
  }
  return undefined;
}

function conflict(message: string) {
  return { kind: 'invalid', reason: 'Conflict', message: `spec.publish.outputs: ${message}` } as const;
}

function write(draft: Draft, target: ClusterSecret, found: readonly FoundOutput[]): Draft {
  const actions = draft.facts.clusterSecrets.flatMap((secret) =>
    patchOf(draft, secret, secret === target ? found : []),
  );
  const published = found.map(({ name }) => name);
  return report({ ...act(draft, actions), unsettled: true }, { published, publishedHash: hashOfValues(draft, found) });
}

function valueIn({ annotations, data }: ClusterSecret, { name, sensitive }: Pick<FoundOutput, 'name' | 'sensitive'>) {
  const values = sensitive ? data : annotations;
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

/** Status tells by it whether the Secret holds what was printed last: a write may fail after its run is settled. */
function hashOfValues(draft: Draft, values: readonly Readonly<{ name: string; value: string | undefined }>[]): string {
  return hashOf(draft, { published: values.map(({ name, value }) => [name, value]) });
}

/** Takes back all that this object has published, wherever that is. */
export function unpublish(draft: Draft): Draft {
  const actions = draft.facts.clusterSecrets.flatMap((secret) => patchOf(draft, secret, []));
  return forget(act(draft, actions), 'published', 'publishedHash');
}

function act(draft: Draft, actions: readonly Action[]): Draft {
  return actions.length === 0 ? draft : { ...draft, groups: [...draft.groups, { name: 'publish', actions }] };
}

/** Makes the keys of this object in a Secret these; none where they are already. */
function patchOf(draft: Draft, secret: ClusterSecret, found: readonly FoundOutput[]): Action[] {
  const before = ownKeys(draft, secret);
  if (before.length === 0 && found.length === 0) return [];
  const gone = Object.fromEntries(before.map((key) => [key, null]));
  const open = found.filter((output) => !output.sensitive).map(({ name, value }) => [name, value]);
  const secrets = found.filter((output) => output.sensitive).map(({ name, value }) => [name, base64(value)]);
  const others = [...ownersOf(secret)].filter(([, owner]) => owner !== nameOf(draft));
  const owners = Object.fromEntries([...others, ...found.map(({ name }) => [name, nameOf(draft)])]);
  const published = Object.keys(owners).length === 0 ? null : JSON.stringify(owners);
  const metadata = {
    resourceVersion: secret.resourceVersion,
    annotations: { ...gone, ...Object.fromEntries(open), [publishedAnnotation]: published },
  };
  const patch = { metadata, data: { ...gone, ...Object.fromEntries(secrets) } };
  const object = {
    apiVersion: 'v1',
    kind: 'Secret',
    namespace: draft.facts.settings.controllerNamespace,
    name: secret.name,
  };
  return [{ type: 'patch-object', object, patch }];
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
