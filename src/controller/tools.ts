import { type AccountSettings, RunnerAccounts } from '../apply/runner-account.ts';
import type { Ring } from '../core/key.ts';
import type { Log } from '../core/log.ts';
import type { WatchingClient } from '../kube/client.ts';
import type { Settings } from '../plan/facts.ts';
import { Watches } from '../source/cluster/watches.ts';
import type { Caches } from './caches.ts';
import { Credentials } from './credentials.ts';
import type { Sources } from './sources.ts';
import { namespaceTopic, Topics } from './topics.ts';

/** What the kinds share: made once, given to each kind's wiring. */
export type Tools = Readonly<{
  client: WatchingClient;
  log: Log;
  caches: Caches;
  sources: Sources;
  settings: Settings;
  intervalMs: number;
  /** Milliseconds between looks for newer images of infrastructure (E32, E35). */
  infraIntervalMs: number;
  installationKey: string;
  topics: Topics;
  watches: Watches;
  accounts: RunnerAccounts;
  credentials: Credentials;
  ring: Ring;
}>;

export function shareTools(
  base: Omit<Tools, 'topics' | 'watches' | 'accounts' | 'credentials'>,
  accountSettings: AccountSettings,
): Tools {
  const { client, log, ring } = base;
  const topics = new Topics();
  const watches = new Watches(client, log, ring);
  const credentials = new Credentials(watches, (namespace) => {
    for (const key of topics.of(namespaceTopic(namespace))) ring(key);
  });
  const accounts = new RunnerAccounts(client, accountSettings);
  return { ...base, topics, watches, credentials, accounts };
}
