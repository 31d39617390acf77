import { describe, expect, it } from 'vitest';
import { formatDuration, intervalOr, parseDuration } from './duration.ts';

describe('E35 Go durations', () => {
  it.each([
    ['6h', 21_600_000, '6h0m0s'],
    ['5m', 300_000, '5m0s'],
    ['1h30m', 5_400_000, '1h30m0s'],
    ['1.5s', 1500, '1.5s'],
    ['.5s', 500, '500ms'],
    ['250ms', 250, '250ms'],
    ['1us', 0.001, '0.001ms'],
    ['1µs', 0.001, '0.001ms'],
    ['0', 0, '0s'],
    ['-2m', -120_000, '-2m0s'],
    [' 10s ', 10_000, '10s'],
  ])('%s is %d ms, written %s', (text, ms, written) => {
    expect(parseDuration(text)).toEqual({ ok: true, value: ms });
    expect(formatDuration(ms)).toBe(written);
  });

  it.each(['', '5', 'abc', '5 m', '1d', '1h-2m', 's', '.s', '5mm'])('"%s" is none', (text) => {
    expect(parseDuration(text)).toMatchObject({ ok: false, failure: { kind: 'invalid', reason: 'InvalidDuration' } });
  });
});

describe('E35 an interval falls back to its default', () => {
  it.each([
    ['2m', 120_000, undefined],
    [undefined, 300_000, undefined],
    ['', 300_000, undefined],
    ['1s', 1000, undefined],
    ['5ms', 1000, '"5ms" is shorter than 1s, which is used'],
    ['0', 300_000, '"0" is not above zero; 5m0s is used'],
    ['-1m', 300_000, '"-1m" is not above zero; 5m0s is used'],
    ['soon', 300_000, '"soon" is not a duration; write for example 30s, 5m or 1h30m; 5m0s is used'],
  ])('%s → %d ms', (text, ms, note) => {
    const notes: string[] = [];
    expect(intervalOr(text, 300_000, (why) => notes.push(why))).toBe(ms);
    expect(notes).toEqual(note === undefined ? [] : [note]);
  });
});
