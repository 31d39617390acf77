import { describe, expect, it } from 'vitest';
import { maxAgeOf, reconcileRequest } from './reconcile-now.ts';

const asking = (value?: string, handled?: string) => ({
  metadata: value === undefined ? {} : { annotations: { 'alustan.io/reconcile': value } },
  ...(handled === undefined ? {} : { status: { lastHandledReconcile: handled } }),
});

describe('alustan.io/reconcile', () => {
  it.each([
    ['without it an answer may be as old as the interval', asking(), 5000],
    ['a first value wants a new answer', asking('1'), 0],
    ['a value that was handled does not', asking('1', '1'), 5000],
    ['another value does', asking('2', '1'), 0],
    ['nor does one that was taken away', asking(undefined, '1'), 5000],
  ])('%s', (_what, object, ms) => expect(maxAgeOf(object, 5000)).toBe(ms));

  it('is read from the annotation', () => expect(reconcileRequest(asking('7'))).toBe('7'));
});
