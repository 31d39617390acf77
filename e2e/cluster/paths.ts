import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where built binaries are kept: outside the checkout, so that `git clean` and fresh clones do not cost the builds. */
const cacheDir = process.env['ALUSTAN_CACHE'] || join(homedir(), '.cache', 'alustan');

/** Built binaries, one folder per set of pins. */
export const storeDir = join(cacheDir, 'store');

/** Links to the newest build, for work by hand. */
export const binDir = join(cacheDir, 'bin');

/** Tools installed by `go install`. */
export const toolDir = join(cacheDir, 'gobin');

export const modulesDir = join(import.meta.dirname, 'modules');

/** Each run of a control plane has one folder of this prefix; the janitor looks through them. */
export const runPrefix = join(tmpdir(), 'alustan-e2e-');

/** The one control plane that `npm run e2e:up` keeps. */
export const keptDir = `${runPrefix}kept-${process.getuid?.() ?? 0}`;
