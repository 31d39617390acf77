import { beforeEach, describe, expect, it } from 'vitest';
import { ok, type Result } from '../core/result.ts';
import { createShared, type Shared } from './shared.ts';

const never = new AbortController().signal;
const failed: Result<string> = { ok: false, failure: { kind: 'transient', reason: 'X', message: 'x' } };

describe('one answer serves all', () => {
  let now: number;
  let asked: { signal: AbortSignal; answer: (result: Result<string>) => void }[];
  let shared: Shared<string>;
  const ask = (signal: AbortSignal) =>
    new Promise<Result<string>>((resolve) => asked.push({ signal, answer: resolve }));

  beforeEach(() => {
    now = 1000;
    asked = [];
    shared = createShared({ now: () => now, maxEntries: 2 });
  });

  it('that ask at the same time', async () => {
    const both = Promise.all([shared.get('k', 100, never, ask), shared.get('k', 100, never, ask)]);
    expect(asked).toHaveLength(1);
    asked[0]?.answer(ok('a'));
    expect(await both).toEqual([ok('a'), ok('a')]);
  });
  it('as long as it is fresh for the one who asks', async () => {
    const first = shared.get('k', 100, never, ask);
    asked[0]?.answer(ok('a'));
    await first;
    now += 99;
    expect(await shared.get('k', 100, never, ask)).toEqual(ok('a'));
    void shared.get('k', 50, never, ask);
    expect(asked).toHaveLength(2);
  });
  it('but not one that set out before the limit: a push may lie between', async () => {
    void shared.get('k', 100, never, ask);
    now += 10;
    const fresh = shared.get('k', 0, never, ask);
    expect(asked).toHaveLength(2);
    asked[1]?.answer(ok('new'));
    expect(await fresh).toEqual(ok('new'));
    asked[0]?.answer(ok('old'));
    await Promise.resolve();
    expect(shared.peek('k')).toBe('new');
  });
  it('but a failure is not kept', async () => {
    const first = shared.get('k', 100, never, ask);
    asked[0]?.answer(failed);
    expect(await first).toEqual(failed);
    void shared.get('k', 100, never, ask);
    expect(asked).toHaveLength(2);
  });
  it('and goes on when one of two leaves, and is given up when both have', async () => {
    const [one, two] = [new AbortController(), new AbortController()];
    const first = shared.get('k', 100, one.signal, ask);
    const second = shared.get('k', 100, two.signal, ask);
    one.abort();
    expect(await first).toMatchObject({ ok: false, failure: { reason: 'Aborted' } });
    expect(asked[0]?.signal.aborted).toBe(false);
    two.abort();
    expect(await second).toMatchObject({ failure: { reason: 'Aborted' } });
    expect(asked[0]?.signal.aborted).toBe(true);
    void shared.get('k', 100, never, ask);
    expect(asked).toHaveLength(2);
  });
  it('and the longest unused are forgotten', async () => {
    for (const key of ['a', 'b', 'c']) {
      const got = shared.get(key, 100, never, ask);
      asked.at(-1)?.answer(ok(key));
      await got;
    }
    expect(['a', 'b', 'c'].map((key) => shared.peek(key))).toEqual([undefined, 'b', 'c']);
  });
});
