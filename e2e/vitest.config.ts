import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const settings = { root: import.meta.dirname, dir: import.meta.dirname, testTimeout: 120_000, hookTimeout: 120_000 };
/** Suites that need real pods; all others make do with a control plane. */
const withNode = ['delivery/**/*.e2e.ts', 'terraform/{flows,runs}.e2e.ts'];

export default defineConfig({
  cacheDir: join(import.meta.dirname, '..', 'node_modules', '.vite-e2e'),
  test: {
    // The cluster takes the other core.
    maxWorkers: 1,
    // Flows wait more than they work.
    maxConcurrency: 3,
    projects: [
      { test: { ...settings, name: 'api', include: ['**/*.e2e.ts'], exclude: withNode, globalSetup: ['./setup.ts'] } },
      { test: { ...settings, name: 'pods', include: withNode, globalSetup: ['./delivery/setup.ts'] } },
    ],
  },
});
