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

  // Its loop is slow where every branch is counted.
  it('is given up soon where nothing in it ends', { timeout: 60_000 }, () => {
    const found = readOutputs({ output: '{'.repeat(outputLimit) });
    expect(found).toMatchObject({ ok: false, failure: { reason: 'OutputNotJson' } });
  });
});
