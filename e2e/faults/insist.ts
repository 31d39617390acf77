import { setTimeout as wait } from 'node:timers/promises';
import { KubeError } from '../../src/kube/client.ts';

/** Longest time that the API server may be away, in ms. */
const patienceMs = 60_000;

/** Tries until it succeeds, for what the lane itself does while the API server is away. Rejects for a refusal. */
export async function insist<T>(attempt: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isPassing(error) || performance.now() > deadline) throw error;
      await wait(100, undefined, signal && { signal });
    }
  }
}

/** A server that is away or busy, or that does not serve yet what was installed a moment ago. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof KubeError)) return false;
  return error.status === 0 || error.status === 429 || error.status >= 500 || error.reason === 'UnknownKind';
}
