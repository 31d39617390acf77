import { formatKey, type Key } from '../core/key.ts';
import { type BaseStatus, isTransition } from './summarize.ts';

/** Milliseconds at least between two writes of a wait that goes on. */
const pauseMs = 1000;

/**
 * A wait that goes on for the same reason changes its words only: how what it waits for fares. Each such change is not
 * worth a write of its own: those of a second become one. All else is written at once.
 */
export class Pauses {
  readonly #written = new Map<string, number>();

  /** Milliseconds until this status may be written; 0: now. */
  before(key: Key, last: BaseStatus | undefined, next: BaseStatus, now: Date): number {
    const at = this.#written.get(formatKey(key));
    if (at === undefined || last?.observedGeneration !== next.observedGeneration) return 0;
    if (!isWait(next) || isTransition(last, next)) return 0;
    return Math.max(0, at + pauseMs - now.getTime());
  }

  wrote(key: Key, now: Date): void {
    this.#written.set(formatKey(key), now.getTime());
  }

  forget(key: Key): void {
    this.#written.delete(formatKey(key));
  }
}

/** The row `waiting` of the table of outcomes: not ready, not stalled, and not for an error. */
function isWait({ state, conditions = [] }: BaseStatus): boolean {
  const ready = conditions.find(({ type }) => type === 'Ready')?.status;
  return state === 'Progressing' && ready === 'False';
}
