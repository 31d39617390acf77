import { parseRepository, type RepositoryObject } from '../api/repository.ts';
import type { RepositoryReport } from '../api/repository-status.ts';
import { intervalOr } from '../core/duration.ts';
import { keyOf } from '../core/key.ts';
import type { RepositoryFacts } from '../plan/repository/facts.ts';
import { planRepository } from '../plan/repository/plan.ts';
import { LiveObjects } from '../source/cluster/objects.ts';
import type { KindController } from './reconciler.ts';
import { gatherRepository, manifestView, type RepositoryTools } from './repository/gather.ts';
import type { Tools } from './tools.ts';
import { namespaceTopic, objectTopic } from './topics.ts';

/** Wires Repository: what it reads, who plans, what rings it. */
export function repositoryController(
  tools: Tools,
): KindController<RepositoryObject, RepositoryFacts, RepositoryReport> {
  const { client, caches, sources, settings, intervalMs, watches, topics, accounts, credentials, ring } = tools;
  const live = new LiveObjects(watches, client, manifestView, (ref) => {
    for (const key of topics.of(`applied ${objectTopic(ref)}`)) ring(key);
  });
  const gathering: RepositoryTools = {
    client,
    caches,
    folders: sources.folders,
    polls: sources.polls,
    live,
    credentials,
    watches,
    intervalMs,
    serviceAccount: settings.runner.serviceAccount,
    ensureAccount: (account) => accounts.ensure(account),
    looking: (repository) => topics.add(keyOf(repository), namespaceTopic(repository.metadata.namespace)),
    watching: (repository, refs) => {
      const objects = refs.map((ref) => `applied ${objectTopic(ref)}`);
      topics.set(keyOf(repository), [namespaceTopic(repository.metadata.namespace), ...objects]);
    },
  };
  return {
    find: (key) => caches.repositories.get(key),
    wrote: (object) => caches.repositories.witness(object),
    parse: parseRepository,
    gather: (repository, signal) => gatherRepository(gathering, repository, signal),
    plan: planRepository,
    intervalMs: (object) => intervalOr((object['spec'] as { interval?: string } | undefined)?.interval, intervalMs),
    forget: (key) => {
      sources.polls.forget(key);
      topics.forget(key);
      watches.forget(key);
    },
  };
}
