import { describe, expect, it } from 'vitest';
import { KubeError } from './client.ts';
import { maxRetries, retryDelay } from './retry.ts';
import { networkError } from './status-error.ts';

const broken = (code: string) => networkError('GET /', Object.assign(new Error(code), { code }));
const answer = (status: number, retryAfterMs?: number) => new KubeError(status, 'Reason', 'message', retryAfterMs);

describe('a request is sent again', () => {
  it.each([
    { what: '429 with Retry-After', error: answer(429, 2000), read: 2000, write: 2000 },
    { what: '503 with Retry-After', error: answer(503, 1000), read: 1000, write: 1000 },
    { what: '429 without Retry-After', error: answer(429), read: undefined, write: undefined },
    { what: '500', error: answer(500), read: undefined, write: undefined },
    { what: '409', error: answer(409), read: undefined, write: undefined },
    { what: 'a pause of a minute: the caller waits', error: answer(429, 60_000), read: undefined, write: undefined },
    { what: 'connection refused', error: broken('ECONNREFUSED'), read: 100, write: 100 },
    { what: 'no connection in time', error: broken('UND_ERR_CONNECT_TIMEOUT'), read: 100, write: 100 },
    { what: 'connection reset', error: broken('ECONNRESET'), read: 100, write: undefined },
    { what: 'other side closed', error: broken('UND_ERR_SOCKET'), read: 100, write: undefined },
    { what: 'no answer in time', error: broken('UND_ERR_HEADERS_TIMEOUT'), read: undefined, write: undefined },
    { what: 'an unknown host', error: broken('ENOTFOUND'), read: undefined, write: undefined },
    { what: 'something else', error: new Error('x'), read: undefined, write: undefined },
  ])('$what: idempotent after $read ms, other writes after $write ms', ({ error, read, write }) => {
    expect(retryDelay(error, true, 0, () => 0)).toBe(read);
    expect(retryDelay(error, false, 0, () => 0)).toBe(write);
  });
  it('after pauses that double, and not for ever', () => {
    const delays = Array.from({ length: maxRetries + 1 }, (_, n) =>
      retryDelay(broken('ECONNREFUSED'), true, n, () => 0),
    );
    expect(delays).toEqual([100, 200, 400, 800, 1600, undefined]);
  });
});
