import { describe, expect, it } from 'vitest';
import { FakeClock } from '../core/fake-clock.ts';
import { type Failure, ok, type Result } from '../core/result.ts';
import { within } from './within.ts';

const late: Failure = { kind: 'transient', reason: 'Timeout', message: 'too late' };
const gaveUp: Failure = { kind: 'transient', reason: 'Aborted', message: 'given up' };

describe('work with a time limit', () => {
  const start = (ms: number, deaf = false) => {
    const clock = new FakeClock();
    const leaving = new AbortController();
    const answer = Promise.withResolvers<Result<string>>();
    const seen: { signal?: AbortSignal; result?: Result<string> } = {};
    const work = (signal: AbortSignal) => {
      seen.signal = signal;
      if (!deaf) signal.addEventListener('abort', () => answer.resolve({ ok: false, failure: gaveUp }));
      return answer.promise;
    };
    const done = within({ ms, late, clock }, leaving.signal, work).then((result) => {
      seen.result = result;
    });
    return { clock, leaving, answer, seen, done };
  };

  it('gives its result, and leaves no timer', async () => {
    const { clock, answer, seen, done } = start(1000);
    answer.resolve(ok('content'));
    await done;
    expect(seen.result).toEqual(ok('content'));
    expect(clock.pending).toBe(0);
  });

  it.each([false, true])('is over when its time is up, whether it listens or not (deaf: %s)', async (deaf) => {
    const { clock, seen } = start(1000, deaf);
    await clock.advance(999);
    expect(seen.result).toBeUndefined();
    await clock.advance(1);
    expect(seen.result).toEqual({ ok: false, failure: late });
    expect(seen.signal?.aborted).toBe(true);
  });

  it('that is called off is not late', async () => {
    const { leaving, seen, done } = start(1000);
    leaving.abort();
    await done;
    expect(seen.result).toEqual({ ok: false, failure: gaveUp });
  });

  it('without a limit gets the signal as it is', async () => {
    const { clock, leaving, seen } = start(Number.POSITIVE_INFINITY);
    expect(seen.signal).toBe(leaving.signal);
    expect(clock.pending).toBe(0);
  });
});
