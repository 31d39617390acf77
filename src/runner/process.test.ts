import { expect, it } from 'vitest';
import { run } from './process.ts';

it('a program that ignores SIGTERM is killed when its grace is over', async () => {
  const stop = new AbortController();
  const print = (): void => stop.abort();
  const script = "trap '' TERM; echo ready; while :; do sleep 0.01; done";
  const options = { env: process.env, mask: (line: string) => line, print, signal: stop.signal, graceMs: 50 };
  expect(await run('/bin/sh', ['-c', script], options)).toMatchObject({ code: undefined, signal: 'SIGKILL' });
});
