import { KubeError } from './client.ts';
import { networkCode } from './status-error.ts';

/** Tries after the first. With the delays below that is about 6 s of a server that does not answer. */
export const maxRetries = 5;

/** A server that asks for a longer pause than this gets it from the caller's back-off, not from a waiting request. */
const longestPauseMs = 30_000;

/**
 * Milliseconds to wait before the same request is sent again, or undefined when it must not be.
 * Whatever says Retry-After with 429 or 5xx was not processed (API machinery's rule), nor was what never got a
 * connection; a request whose connection broke may have been, so only idempotent ones are sent again.
 */
export function retryDelay(
  error: unknown,
  idempotent: boolean,
  attempt: number,
  random: () => number,
): number | undefined {
  if (!(error instanceof KubeError) || attempt >= maxRetries) return undefined;
  const pause = error.retryAfterMs;
  if (error.status === 429 || error.status >= 500) {
    if (pause !== undefined) return pause <= longestPauseMs ? pause * (1 + random() / 4) : undefined;
    return undefined;
  }
  if (error.status !== 0) return undefined;
  const code = networkCode(error.cause);
  if (unsent.has(code) || (idempotent && broken.has(code))) return 100 * 2 ** attempt * (1 + random());
  return undefined;
}

const unsent = new Set(['ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT']);
const broken = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'ETIMEDOUT']);
