import { type Clock, sleep, systemClock } from '../core/clock.ts';
import type { Role } from '../core/role.ts';
import { type CleanUp, whileLeading } from '../engine/leadership.ts';
import { KubeError, type WatchingClient } from '../kube/client.ts';
import type { Guard } from '../kube/guarding.ts';
import { Lease } from '../kube/lease.ts';
import type { ControllerOptions, RunningController } from './options.ts';
import { startController } from './start.ts';

export type LeadOptions = Omit<ControllerOptions, 'client' | 'signal' | 'lost'> &
  Readonly<{
    /** What the work goes through: `Connection.guarded`. */
    guarded(guard: Guard): WatchingClient;
    /** One that nothing holds up: `Connection.urgent`. */
    urgent: Pick<WatchingClient, 'find' | 'create' | 'update'>;
    /** Unique for each process, also after a restart. */
    identity: string;
    /**
     * Told of each change of what this process does: with the controller once it leads, with the identity of who does
     * while it stands by.
     */
    become?: (role: Role, controller?: RunningController, holder?: string) => void;
    clock?: Clock;
  }>;

/** Name of the Lease, in the controller's namespace. */
export const leaseName = 'alustan-controller';

/** Milliseconds before a start that the API server did not let through is tried again. */
const startAgainMs = 1_000;

/**
 * Runs the controller whenever this process holds the lease, until the signal; then hands over at once. Rejects with
 * KubeError when a start is refused; one that fails for want of an answer is tried again.
 */
export function leadController(options: LeadOptions, signal: AbortSignal): Promise<void> {
  const { urgent, identity, log, controllerNamespace: namespace, become = () => {} } = options;
  const onHeldByOther = (holder: string) => become('standby', undefined, holder);
  const lease = new Lease({ client: urgent, namespace, name: leaseName, identity, log, onHeldByOther });
  return whileLeading({ lease, log, signal, lead: (holding, guard) => leadWhile(options, holding, guard) });
}

async function leadWhile(options: LeadOptions, signal: AbortSignal, guard: Guard): Promise<CleanUp> {
  const { guarded, become = () => {}, clock = systemClock } = options;
  become('loading');
  const start = () => startController({ ...options, client: guarded(guard), lost: guard.signal, signal });
  const controller = await started(start, options, clock, signal);
  if (controller === undefined) return async () => {};
  become('leading', controller);
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  become('stopping');
  await controller.stop();
  return () => controller.close();
}

/** Undefined when the signal came first. */
async function started(
  start: () => Promise<RunningController>,
  { log }: Pick<LeadOptions, 'log'>,
  clock: Clock,
  signal: AbortSignal,
): Promise<RunningController | undefined> {
  while (!signal.aborted) {
    try {
      return await start();
    } catch (error) {
      if (signal.aborted) break;
      if (!isPassing(error)) throw error;
      log.warn({ err: error.message }, 'the controller could not start, trying again');
      await sleep(clock, Math.max(startAgainMs, error.retryAfterMs ?? 0), signal).catch(() => {});
    }
  }
  return undefined;
}

/** True where the API server was away or had too much to do; a refusal is for a person to mend. */
function isPassing(error: unknown): error is KubeError {
  return error instanceof KubeError && (error.status === 0 || error.status === 429 || error.status >= 500);
}
