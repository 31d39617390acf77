import type { Log } from '../core/log.ts';
import type { Guard } from '../kube/guarding.ts';
import type { Held, Lease } from '../kube/lease.ts';

/** What is still to be done once the lease is given up, and concerns nobody else: closing files and connections. */
export type CleanUp = () => Promise<void>;

export type LeadershipOptions = Readonly<{
  lease: Pick<Lease, 'acquire'>;
  /**
   * What only the leader does, from the beginning each time; ends soon after the signal. All that it writes goes
   * through the guard: it closes when the lease is given up or lost, or may be lost.
   */
  lead(signal: AbortSignal, guard: Guard): Promise<CleanUp>;
  log: Log;
  /** Stands down, for good. */
  signal: AbortSignal;
}>;

/**
 * Leads whenever it holds the lease, until the signal. The lease is given up only after `lead` has ended, so that two
 * never lead at once. Rejects with what `lead` rejects with.
 */
export async function whileLeading({ lease, lead, log, signal }: LeadershipOptions): Promise<void> {
  while (!signal.aborted) {
    let held: Held;
    try {
      held = await lease.acquire(signal);
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    let cleanUp: CleanUp;
    try {
      const guard = { check: () => held.check(), signal: held.lost };
      cleanUp = await lead(AbortSignal.any([signal, held.lost]), guard);
    } finally {
      await held.release();
    }
    await cleanUp();
    if (!signal.aborted) log.warn({}, 'no longer the leader');
  }
}
