import { mkdtempSync } from 'node:fs';
import { runPrefix } from './paths.ts';
import { Supervisor } from './supervisor.ts';

// A run with one process, for the tests of how runs end: says where it is, then waits to be killed.
const supervisor = new Supervisor(mkdtempSync(runPrefix));
await supervisor.start({
  name: 'sleeper',
  binary: '/bin/sh',
  args: ['-c', 'sleep 600 & sleep 600'],
  readyWithinMs: 5_000,
  ready: async () => true,
});
console.log(supervisor.dir);
setInterval(() => {}, 1_000);
