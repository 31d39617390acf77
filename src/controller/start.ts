import { Janitor } from '../apply/janitor.ts';
import type { Ring } from '../core/key.ts';
import { deaf } from '../core/telemetry.ts';
import { WorkQueue } from '../engine/queue.ts';
import { runUntil } from '../engine/shutdown.ts';
import { EventSender } from '../status/events.ts';
import { type Caches, closeCaches, openCaches, synced } from './caches.ts';
import { isGone } from './changes.ts';
import { ringForDefinitions } from './definitions.ts';
import { installationKey } from './installation.ts';
import { JobController } from './job.ts';
import { reconcilers } from './kinds.ts';
import {
  accountSettingsOf,
  type ControllerOptions,
  defaultInfraIntervalMs,
  defaultIntervalMs,
  type RunningController,
  settingsOf,
} from './options.ts';
import { ownAccount } from './own-account.ts';
import { previewIndexers, ringPreviews } from './preview/triggers.ts';
import { ringRepositories } from './repository/triggers.ts';
import { ringServices, serviceIndexers } from './service/triggers.ts';
import { openSources, type Sources } from './sources.ts';
import { statsOf, timed } from './stats.ts';
import { ringTerraforms, terraformIndexers } from './terraform/triggers.ts';
import { shareTools, type Tools } from './tools.ts';

/** Passes wait for the API server most of their time, and never for anything longer (E36). */
const workers = 32;
/** Tidying up after Jobs has few, and a queue of its own: it must not hold up deliveries. */
const tidyWorkers = 4;
/** Milliseconds: what waits for the object of a Job that has ended is woken first. */
const tidyAfterMs = 1000;
/**
 * Milliseconds that passes under way get to end when the controller stops, and then what they have told to arrive:
 * another waits for its turn (≤ 2 s).
 */
const graceMs = 500;

/** Starts the controller: caches first, then everything that rings, then the loop. Rejects with KubeError. */
export async function startController(options: ControllerOptions): Promise<RunningController> {
  const { client, log, controllerNamespace } = options;
  const caches = openCaches({
    client,
    log,
    controllerNamespace,
    serviceIndexers: { ...serviceIndexers, ...previewIndexers },
    terraformIndexers,
  });
  const queue = new WorkQueue();
  const sources = openSources(options, (key) => queue.add(key));
  try {
    const tools = await prepare(options, caches, sources, (key) => queue.add(key));
    return run(options, tools, queue);
  } catch (error) {
    await Promise.all([closeCaches(caches), sources.close()]);
    throw error;
  }
}

async function prepare(options: ControllerOptions, caches: Caches, sources: Sources, ring: Ring): Promise<Tools> {
  const { client, log, controllerNamespace, signal } = options;
  const key = await installationKey(client, controllerNamespace);
  await Promise.race([synced(caches), ...(signal === undefined ? [] : [aborted(signal)])]);
  const { intervalMs = defaultIntervalMs, infraIntervalMs = defaultInfraIntervalMs } = options;
  const settings = settingsOf(options);
  const accounts = accountSettingsOf(options, settings, await ownAccount(client, log));
  const intervals = { intervalMs, infraIntervalMs };
  return shareTools({ client, log, caches, sources, settings, ...intervals, installationKey: key, ring }, accounts);
}

function run(options: ControllerOptions, tools: Tools, queue: WorkQueue): RunningController {
  const { client, log, caches, sources, watches, accounts, ring } = tools;
  const events = new EventSender(client, (error) => log.warn({ err: error }, 'an Event could not be sent'));
  const jobs = new JobController(caches, new Janitor(client));
  const kinds = reconcilers(tools, events, jobs, options);
  const stop = new AbortController();
  const tidying = new WorkQueue();
  const listening = [
    ringServices(caches, ring),
    ringTerraforms(caches, ring),
    ringRepositories(caches, ring),
    ringPreviews(caches, ring),
    ringForDefinitions(caches, ring),
    jobs.listen((key) => tidying.addAfter(key, tidyAfterMs)),
    caches.namespaces.onChange((before, after) => {
      // One of the same name that is made again needs its account again.
      if (isGone(before, after)) accounts.forget(before?.metadata.name ?? '');
    }),
  ];
  const work = {
    log,
    graceMs,
    lost: options.lost,
    signal: stop.signal,
    reconcile: timed((key, signal) => kinds[key.kind]?.(key, signal) ?? Promise.resolve({}), options.telemetry ?? deaf),
  };
  const loops = [
    runUntil({ ...work, queue, workers: options.workers ?? workers }),
    runUntil({ ...work, queue: tidying, workers: tidyWorkers }),
  ];
  const end = async () => {
    for (const unsubscribe of listening.splice(0)) unsubscribe();
    stop.abort();
    // Another may lead by now, and say the same.
    sources.forge.feedback.close();
    await Promise.all(loops);
    // Before the lease is given up: nothing is let through after it.
    await events.flush(graceMs);
  };
  return {
    stats: () => statsOf(caches, { objects: queue, jobs: tidying }, sources.forge.quotas()),
    gitPushed: (url) => sources.doorbell.ringUrl(url),
    pullRequestsChanged: (url) => sources.doorbell.ringUrl(url.toLowerCase()),
    imagePushed: (url) => sources.doorbell.ringUrl(url),
    stop: end,
    async close() {
      await end();
      await Promise.all([watches.stop(), closeCaches(caches), sources.close()]);
    },
  };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
