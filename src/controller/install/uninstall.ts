import { apiVersion } from '../../api/common.ts';
import { kinds } from '../../api/kinds.ts';
import type { KubeObject } from '../../core/resource.ts';
import { isConflict, isNotFound, type WatchingClient } from '../../kube/client.ts';
import { installationName } from '../installation.ts';
import { definitions, until } from './definitions.ts';

export type UninstallOptions = Readonly<{
  client: WatchingClient;
  /** Of the controller. */
  namespace: string;
  /** Deletes what was delivered, and the kinds; else all of it stays and runs on. */
  everything: boolean;
  /** Told what goes on, line by line. */
  say: (line: string) => void;
}>;

/** The names under which the chart installs the controller. */
const deployment = 'alustan-controller';
const pods = 'app.kubernetes.io/name=alustan,app.kubernetes.io/component=controller';

/**
 * Stops the controller and takes its finalizers off, so that nothing waits for it for ever. What was delivered stays as
 * it is, and the next installation takes it up again: the key of its hashes is kept (E20). Rejects with KubeError, and
 * with the signal's reason.
 */
export async function uninstall(options: UninstallOptions, signal: AbortSignal): Promise<void> {
  const { client, namespace, everything, say } = options;
  // The controller does the work of it, so it must still be there.
  if (everything) await deleteAll(options, signal);
  await stopController(options, signal);
  for (const { kind } of kinds) {
    const held = (await listed(client, kind, signal)).filter((object) => ours(object).length > 0);
    for (const object of held) await release(client, object, signal);
    say(`${kind}: ${held.length} no longer held`);
  }
  if (!everything) return say('what was delivered stays; a new installation takes it up again');
  for (const { apiVersion: version, kind, metadata } of definitions()) {
    await gone(client.delete({ apiVersion: version, kind, name: metadata.name }, {}, signal));
  }
  await gone(client.delete({ apiVersion: 'v1', kind: 'Secret', namespace, name: installationName }, {}, signal));
  say('the kinds and the key of the installation are deleted');
}

/** Repositories first: they would put back what they have applied. */
async function deleteAll({ client, say }: UninstallOptions, signal: AbortSignal): Promise<void> {
  const others = kinds.map(({ kind }) => kind).filter((kind) => kind !== 'Repository');
  for (const group of [['Repository'], others]) {
    const all = (await Promise.all(group.map((kind) => listed(client, kind, signal)))).flat();
    for (const object of all) await gone(client.delete(referenceOf(object), {}, signal));
    for (const kind of new Set(all.map((object) => object.kind))) await emptied(client, kind, say, signal);
  }
}

async function emptied(client: WatchingClient, kind: string, say: (line: string) => void, signal: AbortSignal) {
  const told = new Set<string>();
  const isEmpty = (objects: readonly KubeObject[]) => {
    for (const object of objects) {
      const { state = '', message = '' } = (object['status'] ?? {}) as { state?: string; message?: string };
      const line = `waiting for ${kind} ${object.metadata.namespace}/${object.metadata.name}: ${state} ${message}`;
      if (!told.has(line)) say(line.trimEnd());
      told.add(line);
    }
    return objects.length === 0;
  };
  await until(client, { apiVersion, kind }, isEmpty, signal);
}

/** A controller that works would put the finalizers back. */
async function stopController({ client, namespace, say }: UninstallOptions, signal: AbortSignal): Promise<void> {
  const reference = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: deployment };
  const patched = client.patch(reference, 'merge', { spec: { replicas: 0 } }, { subresource: 'scale' }, signal);
  if ((await gone(patched)) === undefined) say(`there is no Deployment ${deployment} in namespace ${namespace}`);
  await until(
    client,
    { apiVersion: 'v1', kind: 'Pod', namespace, labelSelector: pods },
    (all) => all.length === 0,
    signal,
  );
  say('the controller is stopped');
}

/** Tried again when the object changes meanwhile. */
async function release(client: WatchingClient, object: KubeObject, signal: AbortSignal): Promise<void> {
  const reference = referenceOf(object);
  for (let live: KubeObject | undefined = object; live !== undefined; ) {
    const finalizers = (live.metadata.finalizers ?? []).filter((each) => !ours(object).includes(each));
    const metadata = { resourceVersion: live.metadata.resourceVersion, finalizers };
    try {
      await gone(client.patch(reference, 'merge', { metadata }, {}, signal));
      return;
    } catch (error) {
      if (!isConflict(error)) throw error;
      live = await client.find(reference, signal);
    }
  }
}

function ours({ metadata }: KubeObject): string[] {
  return (metadata.finalizers ?? []).filter((finalizer) => finalizer.endsWith('finalizer.alustan.io'));
}

function referenceOf({ kind, metadata: { namespace = '', name } }: KubeObject) {
  return { apiVersion, kind, namespace, name };
}

/** All objects of a kind of ours; none where the cluster does not know it. */
async function listed(client: WatchingClient, kind: string, signal: AbortSignal): Promise<KubeObject[]> {
  const { items } = (await gone(client.list({ apiVersion, kind }, {}, signal))) ?? { items: [] };
  // Items of a list need not name their kind.
  return items.map((item) => ({ ...item, apiVersion, kind }));
}

/** Undefined where the object is not there, or its kind. */
async function gone<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
