import type { Log } from '../core/log.ts';
import type { Held, Lease } from '../kube/lease.ts';

export type LeadershipOptions = Readonly<{
  lease: Pick<Lease, 'acquire'>;
  /** What only the leader does, from the beginning each time; ends soon after its signal. */
  lead(signal: AbortSignal): Promise<void>;
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
    try {
      await lead(AbortSignal.any([signal, held.lost]));
    } finally {
      await held.release();
    }
    if (!signal.aborted) log.warn({}, 'no longer the leader');
  }
}
