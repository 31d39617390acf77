import { parseService, type ServiceObject } from '../api/service.ts';
import type { ServiceReport } from '../api/service-status.ts';
import { intervalOr } from '../core/duration.ts';
import { type Key, keyOf } from '../core/key.ts';
import type { ServiceFacts } from '../plan/service/facts.ts';
import { planService } from '../plan/service/plan.ts';
import { LiveObjects } from '../source/cluster/objects.ts';
import { Releases } from '../source/cluster/releases.ts';
import { ringDependents } from './graph.ts';
import type { KindController } from './reconciler.ts';
import { Charts } from './service/charts.ts';
import { type GatherTools, gatherService } from './service/gather.ts';
import { ServiceInputSource } from './service/inputs.ts';
import { healthView, ObjectHealth } from './service/object-health.ts';
import { podTopic, releaseTopic, topicOf, topicsOf } from './service/topics.ts';
import { hasActiveJob } from './service/triggers.ts';
import type { Tools } from './tools.ts';

export type ServiceController = KindController<ServiceObject, ServiceFacts, ServiceReport> &
  Readonly<{ charts: Charts }>;

/** Wires Service: what it reads, who plans, what rings it. */
export function serviceController(tools: Tools): ServiceController {
  const { client, caches, sources, settings, intervalMs, watches, topics, accounts, credentials, ring } = tools;
  const tell = (topic: string, concerns = (_: Key) => true) => {
    for (const key of topics.of(topic)) if (concerns(key)) ring(key);
  };
  const charts = new Charts(sources.folders, (repository) => inputs.advanced(repository));
  const inputs: ServiceInputSource = new ServiceInputSource({
    charts,
    images: sources.images,
    credentials,
    polls: sources.polls,
    intervalMs,
    ring,
    ringDependents: (key) => ringDependents(caches, key, ring),
  });
  // What a Job of ours does to its release is told by its end.
  const isQuiet = (key: Key) => !hasActiveJob(caches, key);
  const releases = new Releases(watches, client, (...of) => tell(releaseTopic(...of), isQuiet));
  const live = new LiveObjects(watches, client, healthView, (ref) => tell(topicOf(ref)));
  const gathering: GatherTools = {
    client,
    caches,
    inputs,
    releases,
    settings,
    watches,
    installationKey: tools.installationKey,
    health: new ObjectHealth(live, client),
    ensureAccount: (account) => accounts.ensure(account),
    looking: (service) => topics.add(keyOf(service), ...topicsOf(service, [])),
    watching: (service, objects) => topics.set(keyOf(service), topicsOf(service, objects)),
    watchingPods: (service, namespace) => topics.add(keyOf(service), podTopic(namespace)),
  };
  return {
    charts,
    find: (key) => caches.services.get(key),
    wrote: (object) => caches.services.witness(object),
    parse: parseService,
    gather: (service, signal) => gatherService(gathering, service, signal),
    looked: ({ noAccount }) => noAccount === undefined,
    plan: planService,
    intervalMs: (object) => intervalOr((object['spec'] as { interval?: string } | undefined)?.interval, intervalMs),
    settled: (service) => inputs.settled(service),
    forget: (key) => {
      inputs.forget(key);
      topics.forget(key);
      watches.forget(key);
    },
  };
}
