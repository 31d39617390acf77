import { carryOutWith } from '../apply/carry-out.ts';
import { JobApplier } from '../apply/job.ts';
import { ObjectApplier } from '../apply/objects.ts';
import type { Key } from '../core/key.ts';
import { WorkQueue } from '../engine/queue.ts';
import { runUntil } from '../engine/shutdown.ts';
import { EventSender } from '../status/events.ts';
import { StatusWriter } from '../status/writer.ts';
import { byOwner, type Caches, closeCaches, openCaches, synced } from './caches.ts';
import { installationKey } from './installation.ts';
import { type ControllerOptions, defaultIntervalMs, type RunningController, settingsOf } from './options.ts';
import { Reconciler, type ReconcilerTools, type Requeue } from './reconciler.ts';
import { repositoryController } from './repository.ts';
import { ringServices, serviceIndexers } from './service/triggers.ts';
import { type ServiceController, serviceController } from './service.ts';
import { openSources } from './sources.ts';
import { shareTools, type Tools } from './tools.ts';

type Reconcile = (key: Key, signal: AbortSignal) => Promise<Requeue>;

const workers = 16;
/** Milliseconds that passes under way get to end when the controller stops. */
const graceMs = 3_000;

/** Starts the controller: caches first, then everything that rings, then the loop. Rejects with KubeError. */
export async function startController(options: ControllerOptions): Promise<RunningController> {
  const { client, log, controllerNamespace } = options;
  const caches = openCaches({ client, log, controllerNamespace, serviceIndexers });
  const queue = new WorkQueue();
  const ring = (key: Key) => queue.add(key);
  const sources = openSources(options, ring);
  const key = await installationKey(client, controllerNamespace);
  await synced(caches);
  const intervalMs = options.intervalMs ?? defaultIntervalMs;
  const settings = settingsOf(options);
  const tools = shareTools({ client, log, caches, sources, settings, intervalMs, installationKey: key, ring });
  const kinds = reconcilers(tools, options);
  const stop = new AbortController();
  const reconcile: Reconcile = (item, signal) => kinds[item.kind]?.(item, signal) ?? Promise.resolve({});
  const stopRinging = [ringServices(caches, ring), ringRepositories(caches, ring), ringJobs(caches, ring)];
  const loop = runUntil({ queue, reconcile, workers: options.workers ?? workers, log, graceMs, signal: stop.signal });
  return {
    gitPushed: (url) => sources.doorbell.ringUrl(url),
    imagePushed: (url) => sources.doorbell.ringUrl(url),
    async close() {
      for (const end of stopRinging) end();
      stop.abort();
      await loop;
      await Promise.all([tools.watches.stop(), closeCaches(caches), sources.close()]);
    },
  };
}

function reconcilers(tools: Tools, options: ControllerOptions): Readonly<Record<string, Reconcile>> {
  const { client, log } = tools;
  const services = serviceController(tools);
  const shared: ReconcilerTools = {
    writer: new StatusWriter(client),
    events: new EventSender(client, (error) => log.warn({ err: error }, 'an Event could not be sent')),
    carryOut: carryOutWith(jobApplier(tools, options, services), new ObjectApplier(client)),
    log,
    now: options.now ?? (() => new Date()),
  };
  const service = new Reconciler(services, shared);
  const repository = new Reconciler(repositoryController(tools), shared);
  return {
    Service: (key, signal) => service.reconcile(key, signal),
    Repository: (key, signal) => repository.reconcile(key, signal),
    Job: (key) => tidy(tools, key),
  };
}

function jobApplier({ client }: Tools, { runner }: ControllerOptions, { charts }: ServiceController): JobApplier {
  return new JobApplier(client, runner, (digest, signal) => charts.bytes(digest, signal));
}

/** Jobs that have ended are tidied up by the same queue: one at a time each, retried when it fails. */
async function tidy({ caches, janitor }: Tools, key: Key): Promise<Requeue> {
  const job = caches.jobs.get(key);
  const owner = job?.metadata.ownerReferences?.find((reference) => reference.controller === true);
  if (job !== undefined) await janitor.tidy(job, owner === undefined ? [job] : caches.jobs.by(byOwner, owner.uid));
  return {};
}

function ringJobs({ jobs }: Caches, ring: (key: Key) => void): () => void {
  return jobs.onChange((_before, after) => {
    if (after !== undefined)
      ring({ kind: 'Job', namespace: after.metadata.namespace ?? '', name: after.metadata.name });
  });
}

/** A Repository's own status writes come back as changes; its generation and metadata tell the others apart. */
function ringRepositories({ repositories, namespaces }: Caches, ring: (key: Key) => void): () => void {
  const keyOf = (name: string, namespace = ''): Key => ({ kind: 'Repository', namespace, name });
  const stops = [
    repositories.onChange((before, after) => {
      const { name = '', namespace } = (after ?? before)?.metadata ?? {};
      const same = (field: 'generation' | 'deletionTimestamp' | 'uid' | 'annotations' | 'finalizers') =>
        JSON.stringify(before?.metadata[field]) === JSON.stringify(after?.metadata[field]);
      const fields = ['generation', 'deletionTimestamp', 'uid', 'annotations', 'finalizers'] as const;
      if (!fields.every(same)) ring(keyOf(name, namespace));
    }),
    namespaces.onChange((before, after) => {
      if (before?.metadata.deletionTimestamp === after?.metadata.deletionTimestamp) return;
      const inside = repositories.by('namespace', (after ?? before)?.metadata.name ?? '');
      for (const { metadata } of inside) ring(keyOf(metadata.name, metadata.namespace));
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
