import { existsSync } from 'node:fs';
import { say } from './exec.ts';
import { removeRun } from './janitor.ts';
import { keptDir } from './paths.ts';

// `npm run e2e:down`: ends what `npm run e2e:up` started.
const ran = existsSync(keptDir);
await removeRun(keptDir);
say(ran ? 'stopped' : 'nothing ran');
