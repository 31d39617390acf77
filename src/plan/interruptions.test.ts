import { describe, expect, it } from 'vitest';
import { afterInterruption, counted, type Interrupted, wasInterrupted } from './interruptions.ts';

describe('E20 a runner that was stopped from outside', () => {
  it('is no failure five times in a row, and counts from the sixth on', () => {
    const counts: unknown[] = [];
    let record: Interrupted = {};
    for (let run = 1; run <= 6; run += 1) {
      record = { ...counted(record, { phase: 'failed', interrupted: true }), phase: 'failed' };
      counts.push([record.interruptions, record.failures, wasInterrupted(record)]);
    }
    expect(counts).toEqual([
      [1, 0, true],
      [2, 0, true],
      [3, 0, true],
      [4, 0, true],
      [5, 0, true],
      [6, 1, false],
    ]);
  });

  it.each<[string, Interrupted, object]>([
    [
      'hands on why it was interrupted',
      { phase: 'failed', interruptions: 1, message: 'evicted' },
      { interruptions: 1, interruption: 'evicted' },
    ],
    [
      'says so when nobody told why',
      { phase: 'failed', interruptions: 1 },
      { interruptions: 1, interruption: 'it left no message' },
    ],
    ['hands on the count alone once it is a failure', { phase: 'failed', interruptions: 6 }, { interruptions: 6 }],
    ['hands on nothing after a failure of its own', { phase: 'failed' }, {}],
  ])('%s', (_what, record, next) => expect(afterInterruption(record)).toEqual(next));

  it('a Job that has failed by itself was not interrupted', () =>
    expect(wasInterrupted({ phase: 'failed' })).toBe(false));
});
