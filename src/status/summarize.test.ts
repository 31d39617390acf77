import { describe, expect, it } from 'vitest';
import { type OutcomeKind, outcomes } from '../core/outcome.ts';
import { backOffMs, newWarnings, summarize } from './summarize.ts';

const now = new Date('2026-01-02T03:04:05Z');
const options = { generation: 3, now, intervalMs: 300_000, failures: 2 };
const outcome = (kind: OutcomeKind) => ({ kind, reason: 'Because', message: 'words' });

describe('E34 what an outcome means', () => {
  it.each([
    // outcome      state          Ready      Reconciling Stalled  look again after
    ['completed', 'Completed', 'True', 'False', 'False', 300_000],
    ['working', 'Progressing', 'Unknown', 'True', 'False', undefined],
    ['succeeded', 'Success', 'Unknown', 'True', 'False', undefined],
    ['waiting', 'Progressing', 'False', 'True', 'False', undefined],
    ['invalid', 'Error', 'False', 'False', 'True', 300_000],
    ['transient', 'Error', 'False', 'True', 'False', 10_000],
    ['delivery', 'Failed', 'False', 'True', 'False', 10_000],
    ['exhausted', 'Failed', 'False', 'False', 'True', undefined],
    ['blocked', 'Blocked', 'False', 'False', 'False', undefined],
  ] as const)('%s → %s', (kind, state, ready, reconciling, stalled, requeueAfterMs) => {
    const { status, ...requeue } = summarize(undefined, outcome(kind), {}, options);
    expect(status.state).toBe(state);
    expect(status.conditions?.map((item) => [item.type, item.status])).toEqual([
      ['Ready', ready],
      ['Reconciling', reconciling],
      ['Stalled', stalled],
    ]);
    expect(requeue).toEqual(requeueAfterMs === undefined ? {} : { requeueAfterMs });
  });

  it('the table has a row for each, and this test with it', () => expect(Object.keys(outcomes)).toHaveLength(9));
});

describe('a status', () => {
  it('E34 is written for every outcome with the generation it speaks of', () => {
    const { status } = summarize(undefined, outcome('invalid'), { image: 'a:1' }, options);
    expect(status).toMatchObject({ observedGeneration: 3, state: 'Error', message: 'words', image: 'a:1' });
  });

  it('keeps the time of a condition that stays, and moves it when the truth changes', () => {
    const first = summarize(undefined, outcome('working'), {}, options).status;
    const later = { ...options, now: new Date('2026-01-02T04:00:00Z') };
    const second = summarize(first, outcome('completed'), {}, later).status;
    const times = Object.fromEntries((second.conditions ?? []).map((item) => [item.type, item.lastTransitionTime]));
    expect(times).toEqual({
      Ready: '2026-01-02T04:00:00.000Z',
      Reconciling: '2026-01-02T04:00:00.000Z',
      Stalled: '2026-01-02T03:04:05.000Z',
    });
  });

  it('is the same for the same inputs, whatever the time', () => {
    const first = summarize(undefined, outcome('completed'), {}, options).status;
    const again = summarize(first, outcome('completed'), {}, { ...options, now: new Date('2027-01-01T00:00:00Z') });
    expect(again.status).toEqual(first);
  });

  it('shows the warnings of a report as conditions beside the three', () => {
    const warnings = [{ reason: 'ImageNotReferenced', message: 'm' }];
    const { status } = summarize(undefined, outcome('completed'), { warnings }, options);
    expect(status.conditions?.at(-1)).toMatchObject({
      type: 'ImageNotReferenced',
      status: 'True',
      reason: 'ImageNotReferenced',
      message: 'm',
      observedGeneration: 3,
    });
  });
});

describe('a warning', () => {
  const odd = { reason: 'ImageNotReferenced', message: 'nothing names the image' };
  const late = { reason: 'InvalidDuration', message: 'spec.interval is none' };

  it.each([
    ['completed', [odd], 'words. Warning: nothing names the image'],
    ['completed', [odd, late], 'words. Warning: nothing names the image; and 1 more in status.warnings'],
    ['working', [odd], 'words'],
    ['invalid', [odd], 'words'],
  ] as const)('E34 %s: stands in the message where nothing worse is to be said', (kind, warnings, message) => {
    const { status } = summarize(undefined, outcome(kind), { warnings }, options);
    expect([status.message, status.conditions?.[0]?.message]).toEqual([message, message]);
  });

  it('is told once, and again when its words change', () => {
    const work = outcome('working');
    const first = summarize(undefined, work, { warnings: [odd, late] }, options).status;
    expect(newWarnings(undefined, first, work)).toEqual([odd, late]);
    expect(newWarnings(first, first, work)).toEqual([]);
    const changed = summarize(first, work, { warnings: [odd, { ...late, message: 'other' }] }, options).status;
    expect(newWarnings(first, changed, work)).toEqual([{ ...late, message: 'other' }]);
  });

  it('is not told apart where the outcome says the same', () => {
    const wait = { ...outcome('waiting'), message: 'Waiting: nothing names the image' };
    expect(newWarnings(undefined, summarize(undefined, wait, { warnings: [odd] }, options).status, wait)).toEqual([]);
  });
});

describe('back-off', () => {
  it.each([
    [1, 5_000],
    [2, 10_000],
    [4, 40_000],
    [7, 300_000],
    [1000, 300_000],
  ])('after failure %i: %i ms', (failures, ms) => expect(backOffMs(failures)).toBe(ms));

  it('gives way to what a server asked for', () => {
    const asked = { ...outcome('transient'), retryAfterMs: 77 };
    expect(summarize(undefined, asked, {}, options).requeueAfterMs).toBe(77);
  });
});
