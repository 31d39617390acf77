import { describe, expect, it } from 'vitest';
import { FakeClock } from '../core/fake-clock.ts';
import type { Key } from '../core/key.ts';
import { type Log, silent } from '../core/log.ts';
import { runLoop, type Verdict } from './loop.ts';
import { WorkQueue } from './queue.ts';
import { runUntil } from './shutdown.ts';

const key: Key = { kind: 'Service', namespace: 'shop', name: 'api' };
const other: Key = { ...key, name: 'web' };

function setUp(verdicts: (Verdict | Error)[]) {
  const clock = new FakeClock();
  const queue = new WorkQueue({ clock, random: () => 0.5, retryMinMs: 100 });
  const runs: number[] = [];
  const reconcile = async () => {
    runs.push(clock.now());
    const verdict = verdicts.shift() ?? {};
    if (verdict instanceof Error) throw verdict;
    return verdict;
  };
  return { clock, queue, runs, reconcile, signal: new AbortController().signal };
}

describe('the loop', () => {
  it.each([
    { says: 'nothing', verdicts: [{}], runsAt: [0] },
    { says: 'look again in 3 s', verdicts: [{ requeueAfterMs: 3000 }], runsAt: [0, 3000] },
    { says: 'retry, retry', verdicts: [{ retry: true }, { retry: true }], runsAt: [0, 100, 300] },
    { says: 'retry as the server asked', verdicts: [{ retry: true, retryAfterMs: 5000 }], runsAt: [0, 5000] },
    {
      says: 'retry, well, retry: the back-off has started anew',
      verdicts: [{ retry: true }, { requeueAfterMs: 50 }, { retry: true }],
      runsAt: [0, 100, 150, 250],
    },
    { says: 'a fault, a fault', verdicts: [new Error('a'), new Error('b')], runsAt: [0, 100, 300] },
  ] as { says: string; verdicts: (Verdict | Error)[]; runsAt: number[] }[])(
    'a pass that says "$says" runs at $runsAt',
    async ({ verdicts, runsAt }) => {
      const { clock, queue, runs, reconcile, signal } = setUp(verdicts);
      const loop = runLoop({ queue, reconcile, workers: 2, log: silent, signal });
      queue.add(key);
      await clock.advance(60_000);
      expect(runs).toEqual(runsAt);
      await queue.close();
      await loop;
    },
  );

  it('writes down a fault with the object that it concerns, and goes on with others', async () => {
    const { clock, queue, runs, reconcile, signal } = setUp([new Error('boom')]);
    const lines: unknown[] = [];
    const log: Log = { ...silent, error: (fields) => lines.push(fields) };
    const loop = runLoop({ queue, reconcile, workers: 1, log, signal });
    queue.add(key);
    queue.add(other);
    await clock.advance(10);
    expect(runs).toHaveLength(2);
    expect(lines).toMatchObject([{ object: 'Service/shop/api', err: { message: 'boom' } }]);
    await queue.close();
    await loop;
  });

  it('runs as many keys at once as it has workers', async () => {
    const { clock, queue, signal } = setUp([]);
    let most = 0;
    const reconcile = async (): Promise<Verdict> => {
      most = Math.max(most, queue.running);
      await new Promise<void>((resolve) => clock.after(10, resolve));
      return {};
    };
    const loop = runLoop({ queue, reconcile, workers: 3, log: silent, signal });
    for (let i = 0; i < 10; i++) queue.add({ ...key, name: String(i) });
    await clock.advance(1000);
    expect(most).toBe(3);
    await queue.close();
    await loop;
  });
});

describe('shutting down', () => {
  /** A pass that ends after `ms`, or as soon as it is told to when it listens. */
  async function stopDuring({ ms, listens }: { ms: number; listens: boolean }) {
    const { clock, queue } = setUp([]);
    const stopping = new AbortController();
    const ends: string[] = [];
    const reconcile = (_key: Key, signal: AbortSignal) =>
      new Promise<Verdict>((resolve) => {
        const end = (how: string) => {
          ends.push(`${how}@${clock.now()}`);
          resolve({});
        };
        clock.after(ms, () => end('done'));
        if (listens) signal.addEventListener('abort', () => end('told'));
      });
    const loop = runUntil({ queue, reconcile, workers: 1, log: silent, graceMs: 5000, clock, signal: stopping.signal });
    void loop.then(() => ends.push(`over@${clock.now()}`));
    queue.add(key);
    queue.add(other);
    await clock.advance(100);
    stopping.abort();
    await clock.advance(20_000);
    expect(clock.pending).toBe(0);
    return ends;
  }

  it('lets a pass end by itself, and begins no other', async () => {
    expect(await stopDuring({ ms: 1000, listens: true })).toEqual(['done@1000', 'over@1000']);
  });
  it('tells a pass to end when the grace is over', async () => {
    expect(await stopDuring({ ms: 10_000, listens: true })).toEqual(['told@5100', 'over@5100', 'done@10000']);
  });
  it('leaves behind a pass that does not listen', async () => {
    expect(await stopDuring({ ms: 10_000, listens: false })).toEqual(['over@6100', 'done@10000']);
  });
});
