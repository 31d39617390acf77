import { parseRepository, type RepositoryObject } from '../api/repository.ts';
import type { RepositoryReport } from '../api/repository-status.ts';
import { intervalOr } from '../core/duration.ts';
import type { Key } from '../core/key.ts';
import type { ObjectRef } from '../core/plan.ts';
import type { RepositoryFacts } from '../plan/repository/facts.ts';
import { planRepository } from '../plan/repository/plan.ts';
import { LiveObjects } from '../source/cluster/objects.ts';
import type { KindController } from './reconciler.ts';
import { gatherRepository } from './repository/gather.ts';
import { objectTopic } from './service/topics.ts';
import type { Tools } from './tools.ts';

/** Wires Repository: what it reads, who plans, what rings it. */
export function repositoryController(
  tools: Tools,
): KindController<RepositoryObject, RepositoryFacts, RepositoryReport> {
  const { client, caches, sources, settings, intervalMs, watches, topics, accounts, credentials, ring } = tools;
  const live = new LiveObjects(
    watches,
    client,
    (object) => object,
    (ref) => {
      for (const key of topics.of(`applied ${objectTopic(ref)}`)) ring(key);
    },
  );
  const gathering = {
    ...{ client, caches, git: sources.git, polls: sources.polls, live, credentials, intervalMs },
    serviceAccount: settings.runner.serviceAccount,
    ensureAccount: (namespace: string) => accounts.ensure(namespace),
    watching: (repository: RepositoryObject, refs: readonly ObjectRef[]) =>
      topics.set(keyOf(repository), [
        `namespace ${repository.metadata.namespace}`,
        ...refs.map((ref) => `applied ${objectTopic(ref)}`),
      ]),
  };
  return {
    find: (key) => caches.repositories.get(key),
    parse: parseRepository,
    gather: (repository, signal) => gatherRepository(gathering, repository, signal),
    plan: planRepository,
    intervalMs: (object) => intervalOr((object['spec'] as { interval?: string } | undefined)?.interval, intervalMs),
    forget: (key) => {
      sources.polls.forget(key);
      topics.forget(key);
    },
  };
}

function keyOf({ metadata: { namespace, name } }: RepositoryObject): Key {
  return { kind: 'Repository', namespace, name };
}
