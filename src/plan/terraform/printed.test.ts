import { describe, expect, it } from 'vitest';
import { outputLimit } from '../../core/terraform-run.ts';
import { readOutputs } from './printed.ts';

describe('what a post-deploy script has printed', () => {
  it('E29 any number of lines that look like objects may come before', () => {
    const line = `{'level': 'info', 'message': 'a log of Python'}\n`;
    const output = `${line.repeat(5000)}{"outputs": {"a": 1}}\n`;
    expect(readOutputs({ output })).toEqual({ ok: true, value: { a: 1 } });
  });

  it('is given up soon where nothing in it ends', () => {
    const found = readOutputs({ output: '{'.repeat(outputLimit) });
    expect(found).toMatchObject({ ok: false, failure: { reason: 'OutputNotJson' } });
  });
});
