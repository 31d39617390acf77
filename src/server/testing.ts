import type { RunningController, Stats } from '../controller/options.ts';

const none = { waiting: 0, running: 0 };
const idle: Stats = { queues: { objects: none, jobs: none }, stalledMs: 0, quotas: [], objects: [] };

/** A controller that does nothing, and says of itself what it is given. */
export function controllerWith(stats: Partial<Stats> = {}): RunningController {
  return {
    gitPushed: () => {},
    imagePushed: () => {},
    pullRequestsChanged: () => {},
    stop: async () => {},
    close: async () => {},
    stats: () => ({ ...idle, ...stats }),
  };
}
