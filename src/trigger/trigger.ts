import type { Ring } from '../core/key.ts';

/** Says that an object should be looked at, and nothing else: level-based, so a ring too many does no harm. */
export interface Trigger {
  /** For logs, for example `watch Service`. */
  readonly id: string;
  /** Rings until the signal aborts; resolves then. Deals with its own failures: it rejects for faults of the program only. */
  run(ring: Ring, signal: AbortSignal): Promise<void>;
}
