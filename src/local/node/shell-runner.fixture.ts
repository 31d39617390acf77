import type { Runners } from './runners.ts';

/** For tests: containers of the image `runner` are shell commands of the host. */
export const shellRunner: Runners = (_pod, container) =>
  container.image === 'runner' ? { command: ['/bin/sh', '-c', ...(container.args ?? [])], env: {} } : undefined;
