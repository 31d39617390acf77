import { FeedbackApplier } from '../apply/feedback/feedback.ts';
import { systemClock } from '../core/clock.ts';
import type { Ring } from '../core/key.ts';
import type { Log } from '../core/log.ts';
import type { CredentialsRef, ForgeCredentials, PullRequests } from '../core/pull-request.ts';
import { createGitHubClient, type QuotaFact } from '../source/github/client.ts';
import { createPullRequests } from '../source/github/pull-requests.ts';
import { createGitHubWriter } from '../source/github/writer.ts';
import type { Timeouts } from '../source/http/client.ts';
import { previewKey } from './preview/key.ts';

/** Pull requests: read, and written on. */
export type Forge = Readonly<{
  pullRequests: PullRequests;
  feedback: FeedbackApplier;
  /** Keeps the login that a pass has read, for the actions of its plan, which only name it. */
  remember(ref: CredentialsRef, credentials: ForgeCredentials): void;
  /** What each login may still ask: for the metric. */
  quotas(): readonly QuotaFact[];
  close(): Promise<void>;
}>;

export function openForge(options: Readonly<{ timeouts: Timeouts; log: Log; ring: Ring }>): Forge {
  const now = () => Date.now();
  const client = createGitHubClient({ timeouts: options.timeouts, now });
  const logins = new Map<string, ForgeCredentials>();
  const feedback = new FeedbackApplier({
    writer: createGitHubWriter(client),
    loginOf: (ref) => logins.get(nameOf(ref)),
    clock: systemClock,
    log: options.log,
    refusalChanged: (section) => {
      const [namespace = '', name = ''] = section.split('/');
      options.ring(previewKey({ namespace, name }));
    },
  });
  return {
    pullRequests: createPullRequests(client, now),
    feedback,
    remember: (ref, credentials) => void logins.set(nameOf(ref), credentials),
    quotas: () => client.quotas(),
    close: async () => {
      feedback.close();
      await client.close();
    },
  };
}

function nameOf({ namespace, secret }: CredentialsRef): string {
  return `${namespace}/${secret}`;
}
