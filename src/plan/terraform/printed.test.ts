import { describe, expect, it } from 'vitest';
import { outputLimit } from '../../core/terraform-run.ts';
import { readOutputs } from './printed.ts';

describe('what a post-deploy script has printed', () => {
  it('E29 any number of lines that look like objects may come before', () => {
    const line = `{'level': 'info', 'message': 'a log of Python'}\n`;
    const output = `${line.repeat(5000)}{"outputs": {"a": 1}}\n`;
    expect(readOutputs({ output })).toEqual({ ok: true, value: { a: 1 } });
  });

  it('E29 is refused where it is nested so deep that nobody can read it', () => {
    const nested = (depth: number) => `{"outputs": {"a": ${'['.repeat(depth)}${']'.repeat(depth)}}}`;
    expect(readOutputs({ output: nested(98) })).toMatchObject({ ok: true });
    expect(readOutputs({ output: nested(100_000) })).toMatchObject({
      failure: { reason: 'OutputInvalid', message: expect.stringContaining('more than 100 levels deep') },
    });
  });

  it.each([
    ['nothing in it ends', '{'.repeat(outputLimit)],
    ['nothing in it ends for what looks like a string', '{\\"'.repeat(outputLimit / 3)],
    ['all of it ends, and is none', `${'{'.repeat(outputLimit / 2)}${'}'.repeat(outputLimit / 2)}`],
    ['all but the innermost is one', `${'{"a":'.repeat(outputLimit / 6)}x${'}'.repeat(outputLimit / 6)}`],
  ])('is given up soon where %s', { timeout: 60_000 }, (_, output) => {
    expect(readOutputs({ output })).toMatchObject({ ok: false, failure: { reason: 'OutputNotJson' } });
  });

  it.each([
    ['braces in strings', '{"outputs": {"a": "}{\\"}"}}', { a: '}{"}' }],
    ['the last one counts', '{"outputs": {"a": 1}}\n{"outputs": {"a": 2}}\nbye', { a: 2 }],
    ['in a line', 'done: {"outputs": {"a": 1}} "{', { a: 1 }],
    [
      'numbers of more digits than a number here can hold, as texts',
      '{"outputs": {"id": 12345678901234567890, "l": [-9007199254740993, 1e400], "n": [9007199254740991, 1.5, -0]}}',
      { id: '12345678901234567890', l: ['-9007199254740993', '1e400'], n: [9007199254740991, 1.5, -0] },
    ],
    ['after a quote that nobody closes', `it's 5" {\n{"outputs": {"a": 1}}\n{ "`, { a: 1 }],
  ])('E29 is found: %s', (_, output, value) => expect(readOutputs({ output })).toEqual({ ok: true, value }));
});
