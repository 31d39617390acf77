import { availableParallelism, loadavg } from 'node:os';
import { expect } from 'vitest';

/**
 * Asserts a time that is promised to users. The promise is for a machine that has time; where more waits for processors
 * than there are, as much longer is allowed. Prints what was seen.
 */
export function expectWithin(what: string, tookMs: number, promisedMs: number): void {
  const crowd = Math.max(1, (2 * (loadavg()[0] ?? 0)) / availableParallelism());
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  console.log(`${what}: ${seconds(tookMs)}, promised ${seconds(promisedMs)} × ${crowd.toFixed(1)} for the load`);
  expect(tookMs, what).toBeLessThanOrEqual(promisedMs * crowd);
}
