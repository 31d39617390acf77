import type { Clock } from '../../core/clock.ts';
import type { Failure, Result } from '../../core/result.ts';

/** `written`: the other side was told; `same`: it says so already. */
export type Settled = 'written' | 'same';

/** One thing to be said, of which only the newest version counts. */
export type Letter = Readonly<{
  /** Names what is said: letters of one key follow each other, and a newer one takes the place of an older. */
  key: string;
  /** Who says it: letters of one lane go one after the other. */
  lane: string;
  /** As whom and in which repository it is said. */
  place: string;
  /** What must be allowed for it: letters of one right are refused together. */
  right: string;
  /** Whose words these are; `last`: on something that is over. */
  section: string;
  last?: true | undefined;
  /** What is said, for comparison. */
  content: string;
  settle(signal: AbortSignal): Promise<Result<Settled>>;
}>;

export type OutboxOptions = Readonly<{
  clock: Clock;
  /** Told of each failure; `isNews`: it is not the same as the one before. */
  failed: (letter: Letter, failure: Failure, isNews: boolean) => void;
  /** Told when what had failed is said after all. */
  recovered?: (letter: Letter) => void;
}>;

type Entry = {
  letter: Letter;
  /** Content that the other side has. */
  settled?: string;
  state: 'idle' | 'queued' | 'waiting';
  failures: number;
  failure?: string;
  /** Not written to again before. */
  notBefore: number;
  /** When it was last written, the newest last. */
  writes: readonly number[];
  cancel?: () => void;
};

type Lane = { queue: string[]; busy: boolean };
/** Which letters were refused since one was written, and until when none of that right is tried. */
type Refused = Readonly<{ keys: Set<string>; times: number; until: number }>;

/** Milliseconds between two writes of a lane: what GitHub asks of programs. */
const laneGapMs = 1_000;
/** Milliseconds between two writes of one key that was written so many times within a minute. */
const keyGapMs = 10_000;
const burst = 3;
const minuteMs = 60_000;
/** Milliseconds before the first retry; doubles up to the longest. */
const retryMs = 5_000;
const longestRetryMs = 600_000;
const maxEntries = 20_000;
/** Letters whose refusal says that the right is missing: one alone may be refused for itself, as on a locked page. */
const refusedAlike = 3;
const maxRefused = 1_000;
const lacksRight: readonly string[] = ['Forbidden', 'Unauthorized'];

/**
 * Says things beside the work that they tell of, slowly and with retries, so that neither waits for the other. What is
 * said repeatedly in between is said once. It remembers what was said as long as the process lives; a restart asks first.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #lanes = new Map<string, Lane>();
  readonly #refused = new Map<string, Refused>();
  /** Lanes whose login was not taken. */
  readonly #lockedOut = new Set<string>();
  readonly #stop = new AbortController();
  #working = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Takes the letter; true when the other side has been told just this. */
  post(letter: Letter): boolean {
    if (this.#stop.signal.aborted) return false;
    const entry = this.#entries.get(letter.key) ?? { letter, state: 'idle', failures: 0, notBefore: 0, writes: [] };
    if (entry.settled === letter.content && entry.state === 'idle') return true;
    const isOther = entry.letter.content !== letter.content || entry.letter.lane !== letter.lane;
    entry.letter = letter;
    this.#entries.set(letter.key, entry);
    this.#forget();
    if (entry.state === 'idle') this.#schedule(entry);
    // New words, and those of another login, are tried at once, whatever the old ones met.
    else if (isOther) this.#hurry(entry);
    return false;
  }

  /** Letters that are still to be sent. */
  get pending(): number {
    return [...this.#entries.values()].filter(({ state }) => state !== 'idle').length + this.#working;
  }

  close(): void {
    this.#stop.abort();
    for (const entry of this.#entries.values()) entry.cancel?.();
  }

  #schedule(entry: Entry): void {
    entry.cancel?.();
    const wait = entry.notBefore - this.#options.clock.now();
    entry.state = 'waiting';
    if (wait > 0) entry.cancel = this.#options.clock.after(wait, () => this.#enqueue(entry));
    else this.#enqueue(entry);
  }

  #enqueue(entry: Entry): void {
    const { key, lane: name } = entry.letter;
    const lane = this.#lanes.get(name) ?? { queue: [], busy: false };
    this.#lanes.set(name, lane);
    entry.state = 'queued';
    lane.queue.push(key);
    if (!lane.busy) void this.#run(name, lane);
  }

  async #run(name: string, lane: Lane): Promise<void> {
    lane.busy = true;
    const entry = this.#entries.get(lane.queue.shift() ?? '');
    const pause = entry === undefined ? 0 : await this.#send(entry);
    const next = (): void => {
      if (this.#stop.signal.aborted) return;
      if (lane.queue.length > 0) void this.#run(name, lane);
      else {
        lane.busy = false;
        this.#lanes.delete(name);
      }
    };
    if (pause > 0) this.#options.clock.after(pause, next);
    else next();
  }

  /** @returns milliseconds that the lane has to pause. */
  async #send(entry: Entry): Promise<number> {
    const { letter } = entry;
    entry.state = 'idle';
    if (this.#isRefused(letter)) {
      this.#wait(entry, letter);
      return 0;
    }
    this.#working += 1;
    const result = await letter.settle(this.#stop.signal);
    this.#working -= 1;
    if (this.#stop.signal.aborted) return 0;
    if (!result.ok) return this.#retry(entry, letter, result.failure);
    if (entry.failure !== undefined) this.#options.recovered?.(letter);
    Object.assign(entry, { settled: letter.content, failures: 0, failure: undefined });
    this.#letIn(letter.lane);
    const wrote = result.value === 'written';
    if (wrote) {
      this.#allow(letter.right);
      this.#rest(entry);
    }
    // A newer one came while this one was on its way.
    if (entry.letter.content !== letter.content) this.#schedule(entry);
    return wrote ? laneGapMs : 0;
  }

  /** The end of a delivery is told soon, what changes again and again is not. */
  #rest(entry: Entry): void {
    const now = this.#options.clock.now();
    entry.writes = [...entry.writes, now].filter((at) => now - at < minuteMs).slice(-burst);
    entry.notBefore = now + (entry.writes.length < burst ? laneGapMs : keyGapMs);
  }

  #retry(entry: Entry, letter: Letter, failure: Failure): number {
    entry.failures += 1;
    delete entry.settled;
    const wait = failure.retryAfterMs ?? Math.min(longestRetryMs, retryMs * 2 ** Math.min(20, entry.failures - 1));
    // What a person must mend is not tried again soon.
    entry.notBefore = this.#options.clock.now() + (failure.kind === 'invalid' ? longestRetryMs : wait);
    if (lacksRight.includes(failure.reason)) this.#refuse(letter);
    if (failure.reason === 'Unauthorized') this.#lockedOut.add(letter.lane);
    this.#options.failed(letter, failure, entry.failure !== failure.message);
    entry.failure = failure.message;
    this.#schedule(entry);
    return failure.reason === 'RateLimited' ? wait : 0;
  }

  /** One at a time is tried again, so that what nobody may write costs few requests. */
  #refuse({ right, key }: Letter): void {
    const { keys, times } = this.#refused.get(right) ?? { keys: new Set<string>(), times: 0 };
    if (keys.size < refusedAlike) keys.add(key);
    const wait = Math.min(longestRetryMs, minuteMs * 2 ** Math.min(20, times));
    const more = keys.size < refusedAlike ? 0 : 1;
    this.#refused.delete(right);
    this.#refused.set(right, { keys, times: times + more, until: this.#options.clock.now() + wait });
    for (const oldest of this.#refused.keys()) {
      if (this.#refused.size <= maxRefused) break;
      this.#refused.delete(oldest);
    }
  }

  /** The right is there (again): what waited for it is said. */
  #allow(right: string): void {
    const refused = this.#refused.get(right);
    this.#refused.delete(right);
    if (refused === undefined || refused.keys.size < refusedAlike) return;
    for (const entry of this.#entries.values()) if (entry.letter.right === right) this.#hurry(entry);
  }

  /** The login is taken (again): what had failed by it is said. */
  #letIn(lane: string): void {
    if (!this.#lockedOut.delete(lane)) return;
    for (const entry of this.#entries.values()) if (entry.letter.lane === lane) this.#hurry(entry);
  }

  #hurry(entry: Entry): void {
    if (entry.failures === 0 || entry.state !== 'waiting') return;
    entry.notBefore = 0;
    this.#schedule(entry);
  }

  #isRefused({ right }: Letter): boolean {
    const refused = this.#refused.get(right);
    return refused !== undefined && refused.keys.size >= refusedAlike && this.#options.clock.now() < refused.until;
  }

  #wait(entry: Entry, { right }: Letter): void {
    entry.notBefore = this.#refused.get(right)?.until ?? 0;
    entry.failures = Math.max(1, entry.failures);
    this.#schedule(entry);
  }

  /** The oldest that are said; to be asked for again costs a request, and no more. */
  #forget(): void {
    for (const [key, { state }] of this.#entries) {
      if (this.#entries.size <= maxEntries) return;
      if (state === 'idle') this.#entries.delete(key);
    }
  }
}
