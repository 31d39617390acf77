import { defineConfig } from 'vitest/config';

/** The plans hold every rule of delivery and are pure: no branch of theirs goes untested. */
export default defineConfig({
  test: {
    include: ['src/plan/**/*.test.ts'],
    maxWorkers: 2,
    reporters: ['default', 'json'],
    // CI adds these tests to those of the other run.
    outputFile: { json: 'reports/plan.json' },
    coverage: {
      enabled: true,
      include: ['src/plan/**/*.ts'],
      reporter: [['text', { skipFull: true }]],
      reportsDirectory: 'reports/coverage',
      thresholds: { branches: 100, lines: 100, functions: 100, statements: 100 },
    },
  },
});
