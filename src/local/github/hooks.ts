import { randomUUID } from 'node:crypto';
import { sign } from '@octokit/webhooks-methods';
import { accountShape } from './shapes/account.ts';
import type { Addresses } from './shapes/address.ts';
import { commentShape } from './shapes/feedback.ts';
import { fullPullShape, labelShape } from './shapes/pull.ts';
import { repositoryShape } from './shapes/repository.ts';
import type { Happening, World } from './world.ts';

/** Where webhooks go. */
export type Hook = Readonly<{ url: string; secret: string }>;

/** One that was sent; `status` is the answer's, 0 when there was none. */
export type Delivery = Readonly<{ id: string; event: string; body: string; signature: string; status: number }>;

/** Milliseconds that a receiver gets; GitHub gives 10 s. */
const timeoutMs = 10_000;
/** Remembered for whoever asks. */
const kept = 100;

/** Sends signed webhooks beside the work that they tell of, in order, and repeats none: as GitHub does. */
export class Hooks {
  readonly #hooks: () => readonly Hook[];
  readonly #deliveries: Delivery[] = [];
  #tail: Promise<void> = Promise.resolve();

  constructor(hooks: () => readonly Hook[]) {
    this.#hooks = hooks;
  }

  get deliveries(): readonly Delivery[] {
    return this.#deliveries;
  }

  send(happening: Happening, world: World, at: Addresses): void {
    const hooks = this.#hooks();
    if (hooks.length === 0) return;
    // As it is at this moment: it may have changed when its turn comes.
    const body = JSON.stringify(payloadOf(happening, world, at));
    this.#tail = this.#tail.then(async () => {
      for (const hook of hooks) await this.#deliver(hook, happening.event, body);
    });
  }

  /** Resolves when all that happened is told. */
  flush(): Promise<void> {
    return this.#tail;
  }

  async #deliver({ url, secret }: Hook, event: string, body: string): Promise<void> {
    const [id, signature] = [randomUUID(), await sign(secret, body)];
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'GitHub-Hookshot/local',
      'x-github-event': event,
      'x-github-delivery': id,
      'x-hub-signature-256': signature,
    };
    const asked = fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(timeoutMs) });
    const status = await asked.then(
      async (answer) => {
        await answer.body?.cancel();
        return answer.status;
      },
      () => 0,
    );
    this.#deliveries.push({ id, event, body, signature, status });
    if (this.#deliveries.length > kept) this.#deliveries.shift();
  }
}

function payloadOf(happening: Happening, world: World, at: Addresses): unknown {
  const { repository } = happening;
  const owner = world.account(repository.owner);
  const common = { repository: repositoryShape(at, repository, owner), sender: accountShape(at, owner) };
  switch (happening.event) {
    case 'push': {
      const { ref, before, after } = happening;
      return { ref, before, after, created: false, deleted: false, forced: false, commits: [], ...common };
    }
    case 'pull_request': {
      const { action, pull, label } = happening;
      const named = label === undefined ? {} : { label: labelShape(at, repository, label) };
      const shape = fullPullShape(at, world, repository, pull);
      return { action, number: pull.number, pull_request: shape, ...named, ...common };
    }
    case 'issue_comment': {
      const { action, comment } = happening;
      const url = `${at.api}/repos/${repository.owner}/${repository.name}/pulls/${comment.issue}`;
      const issue = { number: comment.issue, pull_request: { url } };
      return { action, issue, comment: commentShape(at, world, repository, comment), ...common };
    }
  }
}
