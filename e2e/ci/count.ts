/** The parts of vitest's JSON report that decide. */
export type Report = Readonly<{
  numPassedTests: number;
  numFailedTests: number;
  testResults: readonly Readonly<{ status: string; assertionResults: readonly unknown[] }>[];
}>;

/** A command that ran tests: its exit code, and its report unless it ended before it wrote one. */
export type Run = Readonly<{ name: string; code: number; report: Report | undefined }>;

export type Sum = Readonly<{ passed: number; failed: number; remarks: readonly string[] }>;

/**
 * Passed and failed tests of all runs. A file that could not be loaded, a command that failed though its tests passed
 * (lint, types, an unhandled error) and a command without any test count as one failure each: nothing may look green
 * because it did not run.
 */
export function count(runs: readonly Run[]): Sum {
  const remarks: string[] = [];
  let passed = 0;
  let failed = 0;
  for (const { name, code, report } of runs) {
    const broken = report?.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
    const inRun = (report?.numFailedTests ?? 0) + (broken?.length ?? 0);
    const silent = inRun === 0 && (code !== 0 || !report || report.numPassedTests === 0);
    if (silent) remarks.push(`${name} ended with ${code} and ${report ? report.numPassedTests : 'no'} passed tests`);
    passed += report?.numPassedTests ?? 0;
    failed += inRun + (silent ? 1 : 0);
  }
  return { passed, failed, remarks };
}
