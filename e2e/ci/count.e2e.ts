import { expect, it } from 'vitest';
import { count, type Report } from './count.ts';

function report(numPassedTests: number, numFailedTests: number, brokenFiles = 0): Report {
  const testResults = Array.from({ length: brokenFiles }, () => ({ status: 'failed', assertionResults: [] }));
  return { numPassedTests, numFailedTests, testResults };
}

it.each([
  { what: 'all green', code: 0, report: report(5, 0), passed: 5, failed: 0 },
  { what: 'two failed', code: 1, report: report(3, 2), passed: 3, failed: 2 },
  { what: 'a file that cannot be loaded', code: 1, report: report(3, 0, 1), passed: 3, failed: 1 },
  { what: 'an error outside of any test', code: 1, report: report(3, 0), passed: 3, failed: 1 },
  { what: 'lint failed, so no test ran', code: 1, report: undefined, passed: 0, failed: 1 },
  { what: 'no test at all', code: 0, report: report(0, 0), passed: 0, failed: 1 },
])('the closing line of CI: $what → $passed passed, $failed failed', ({ code, report, passed, failed }) => {
  expect(count([{ name: 'npm test', code, report }])).toMatchObject({ passed, failed });
});

it('the closing line of CI sums up all commands', () => {
  const runs = [
    { name: 'npm test', code: 0, report: report(5, 0) },
    { name: 'npm run e2e', code: 1, report: report(2, 1) },
  ];
  expect(count(runs)).toEqual({ passed: 7, failed: 1, remarks: [] });
});
