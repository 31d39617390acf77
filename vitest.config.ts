import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // Nothing waits for a time: these are for a machine that has much else to do.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Two workers: the figure of the smallest machine we promise to pass on.
    maxWorkers: 2,
  },
});
