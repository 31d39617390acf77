import { parseService, type ServiceObject } from '../api/service.ts';
import type { ServiceReport } from '../api/service-status.ts';
import { intervalOr } from '../core/duration.ts';
import type { Key } from '../core/key.ts';
import type { ServiceFacts } from '../plan/service/facts.ts';
import { planService } from '../plan/service/plan.ts';
import { LiveObjects } from '../source/cluster/objects.ts';
import { type ReleaseRecord, Releases } from '../source/cluster/releases.ts';
import type { KindController } from './reconciler.ts';
import { Charts } from './service/charts.ts';
import { gatherService } from './service/gather.ts';
import { ServiceInputSource } from './service/inputs.ts';
import { brief, ObjectHealth } from './service/object-health.ts';
import { objectTopic, podTopic, releaseTopic, topicsOf } from './service/topics.ts';
import { ringDependents } from './service/triggers.ts';
import type { Tools } from './tools.ts';

export type ServiceController = KindController<ServiceObject, ServiceFacts, ServiceReport> &
  Readonly<{ charts: Charts }>;

/** Wires Service: what it reads, who plans, what rings it. */
export function serviceController(tools: Tools): ServiceController {
  const { client, caches, sources, settings, intervalMs, watches, topics, accounts, credentials, ring } = tools;
  const tell = (topic: string) => {
    for (const key of topics.of(topic)) ring(key);
  };
  const charts = new Charts(sources.git);
  const inputs = new ServiceInputSource({
    ...{ charts, images: sources.images, credentials, polls: sources.polls, intervalMs },
    serviceAccount: settings.runner.serviceAccount,
    ringDependents: (key) => ringDependents(caches, key, ring),
  });
  const releases = new Releases(watches, client, (namespace, release) => tell(releaseTopic(namespace, release)));
  const live = new LiveObjects(watches, client, brief, (ref) =>
    tell(ref.kind === 'Pod' ? podTopic(ref.namespace ?? '') : objectTopic(ref)),
  );
  const gathering = {
    ...{ client, caches, inputs, releases, settings, installationKey: tools.installationKey },
    health: new ObjectHealth(live, client),
    ensureAccount: (namespace: string) => accounts.ensure(namespace),
    watching: (service: ServiceObject, release: ReleaseRecord | undefined) =>
      topics.set(keyOf(service), topicsOf(service, release)),
  };
  return {
    charts,
    find: (key) => caches.services.get(key),
    parse: parseService,
    gather: (service, signal) => gatherService(gathering, service, signal),
    plan: planService,
    intervalMs: (object) => intervalOr((object['spec'] as { interval?: string } | undefined)?.interval, intervalMs),
    conditions: ({ warnings = [] }) =>
      warnings.map((warning) => ({ type: warning.reason, status: 'True', ...warning })),
    settled: (service) => inputs.settled(service),
    forget: (key) => {
      inputs.forget(key);
      topics.forget(key);
    },
  };
}

function keyOf({ metadata: { namespace, name } }: ServiceObject): Key {
  return { kind: 'Service', namespace, name };
}
