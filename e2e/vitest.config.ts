import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  cacheDir: join(import.meta.dirname, '..', 'node_modules', '.vite-e2e'),
  test: {
    root: import.meta.dirname,
    dir: import.meta.dirname,
    include: ['**/*.e2e.ts'],
    globalSetup: ['./setup.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // The control plane takes the other core.
    maxWorkers: 1,
  },
});
