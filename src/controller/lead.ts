import { whileLeading } from '../engine/leadership.ts';
import type { WatchingClient } from '../kube/client.ts';
import { Lease } from '../kube/lease.ts';
import type { ControllerOptions } from './options.ts';
import { startController } from './start.ts';

export type LeadOptions = Omit<ControllerOptions, 'signal'> &
  Readonly<{
    /** One that no rate limit holds up: `Connection.urgent`. */
    urgent: Pick<WatchingClient, 'get' | 'create' | 'update'>;
    /** Unique for each process, also after a restart. */
    identity: string;
    /** Called each time that this process has begun to lead. */
    leading?: () => void;
  }>;

/** Name of the Lease, in the controller's namespace. */
export const leaseName = 'alustan-controller';

/**
 * Runs the controller whenever this process holds the lease, until the signal; then hands over at once. Rejects with
 * KubeError when a start fails.
 */
export function leadController({ urgent, identity, leading, ...options }: LeadOptions, signal: AbortSignal) {
  const { log, controllerNamespace: namespace } = options;
  const lease = new Lease({ client: urgent, namespace, name: leaseName, identity, log });
  return whileLeading({ lease, log, signal, lead: (holding) => leadWhile(options, holding, leading) });
}

async function leadWhile(options: ControllerOptions, signal: AbortSignal, leading = () => {}): Promise<void> {
  const controller = await startController({ ...options, signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  if (controller === undefined) return;
  leading();
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  await controller.close();
}
