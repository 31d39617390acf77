import { formatKey, type Key } from '../core/key.ts';
import { mergePatch } from './merge-patch.ts';
import { type BaseStatus, isTransition } from './summarize.ts';

/** Milliseconds for which new words of a wait are held back. */
const pauseMs = 1000;

/**
 * A wait that goes on for the same reason changes its words only: how what it waits for fares. Each such change is not
 * worth a write of its own, and most waits end before anybody could have read it: those of a second become one. All else
 * is written at once.
 */
export class Pauses {
  /** When what is not written yet was first to be said. */
  readonly #held = new Map<string, number>();

  /** Milliseconds until this status may be written; 0: now. */
  before(key: Key, last: BaseStatus | undefined, next: BaseStatus, now: Date): number {
    const id = formatKey(key);
    const since = this.#held.get(id) ?? now.getTime();
    const leftMs = isSameWait(last, next) ? Math.max(0, since + pauseMs - now.getTime()) : 0;
    if (leftMs > 0) this.#held.set(id, since);
    else this.#held.delete(id);
    return leftMs;
  }

  forget(key: Key): void {
    this.#held.delete(formatKey(key));
  }
}

/** The same wait in other words. */
function isSameWait(last: BaseStatus | undefined, next: BaseStatus): boolean {
  if (last?.observedGeneration !== next.observedGeneration || !isWait(next) || isTransition(last, next)) return false;
  return mergePatch(last as Record<string, unknown>, next as Record<string, unknown>) !== undefined;
}

/** The row `waiting` of the table of outcomes: not ready, not stalled, and not for an error. */
function isWait({ state, conditions = [] }: BaseStatus): boolean {
  const ready = conditions.find(({ type }) => type === 'Ready')?.status;
  return state === 'Progressing' && ready === 'False';
}
