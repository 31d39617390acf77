import { type Clock, systemClock } from '../core/clock.ts';
import { formatKey, type Key } from '../core/key.ts';
import { type ForgeRepository, type ForgeTarget, forgeBell, type PullRequests } from '../core/pull-request.ts';
import type { Telemetry } from '../core/telemetry.ts';
import { calm } from '../trigger/calm.ts';
import type { Doorbell } from '../trigger/doorbell.ts';
import type { Poller } from '../trigger/poll.ts';

export type PullRequestPollTools = Readonly<{
  poller: Poller;
  doorbell: Doorbell;
  pullRequests: Pick<PullRequests, 'list'>;
  telemetry: Pick<Telemetry, 'polled'>;
  clock?: Clock;
}>;

type Slot = Readonly<{ id: string; leave: () => void; request: string | undefined }>;
type Poll = Readonly<{ keys: Set<string>; leave: () => void }>;

/** Milliseconds between two looks that webhooks ask for. */
const gapMs = 3_000;

/** Which object polls which repository's pull requests: one list for a repository, however many objects ask. */
export class PullRequestPolls {
  readonly #tools: PullRequestPollTools;
  readonly #polls = new Map<string, Poll>();
  readonly #slots = new Map<string, Slot>();
  readonly #seen = new Map<string, string>();

  constructor(tools: PullRequestPollTools) {
    this.#tools = tools;
  }

  /**
   * Rings the key when the pull requests, or what people say on them, have changed.
   *
   * @param request when it becomes another one, the pull requests are looked at now.
   */
  watch(key: Key, target: ForgeTarget, intervalMs: number, request?: string): void {
    const { repository, credentials } = target;
    const [name, bell] = [formatKey(key), forgeBell(repository)];
    const id = `pull requests ${bell} ${credentials?.id ?? ''}`;
    const leave = this.#tools.poller.subscribe({
      id,
      key,
      intervalMs,
      check: (signal) => this.#check(id, target, signal),
    });
    const old = this.#slots.get(name);
    if (old !== undefined && old.id !== id) this.forget(key);
    this.#slots.set(name, { id, leave, request });
    this.#join(id, repository, name);
    if (old?.id === id && request !== undefined && request !== old.request) this.#tools.poller.poke(id);
  }

  forget(key: Key): void {
    const name = formatKey(key);
    const slot = this.#slots.get(name);
    if (slot === undefined) return;
    this.#slots.delete(name);
    slot.leave();
    const poll = this.#polls.get(slot.id);
    poll?.keys.delete(name);
    if (poll === undefined || poll.keys.size > 0) return;
    poll.leave();
    this.#polls.delete(slot.id);
    this.#seen.delete(slot.id);
  }

  #join(id: string, repository: ForgeRepository, name: string): void {
    const known = this.#polls.get(id);
    if (known !== undefined) {
      known.keys.add(name);
      return;
    }
    const { doorbell, poller, clock = systemClock } = this.#tools;
    const bell = calm(() => poller.poke(id), gapMs, clock);
    const unsubscribe = doorbell.subscribe(forgeBell(repository), () => bell.ring());
    const leave = (): void => {
      unsubscribe();
      bell.stop();
    };
    this.#polls.set(id, { keys: new Set([name]), leave });
  }

  async #check(id: string, target: ForgeTarget, signal: AbortSignal): Promise<'changed' | 'unchanged'> {
    const before = this.#seen.get(id);
    const answer = await this.#tools.pullRequests.list(target, before, { signal, maxAgeMs: 0 });
    const now = answer.ok ? answer.value.revision : `failed: ${answer.failure.message}`;
    this.#seen.set(id, now);
    const news = now === before ? 'unchanged' : 'changed';
    this.#tools.telemetry.polled('pull-requests', answer.ok ? news : 'failed');
    return news;
  }
}
