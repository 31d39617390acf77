#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

const { env, stdout: out, stderr: err } = process;
const args = process.argv.slice(2);
// The bundle's stack traces name the sources' lines. Not in runner Jobs: reading the maps is a tenth of what each costs.
process.setSourceMapsEnabled(!import.meta.url.endsWith('.ts') && args[0] !== 'runner');
// Sources are stripped of their types and compiled once, not at each start: halves the start of a runner Job. Not in
// Node's default folder under /tmp, where another user might leave code for us. Where it cannot be written, it is not.
enableCompileCache(join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'alustan', 'node'));
const [{ runCli }, { stopSignal }] = await Promise.all([import('./cli/cli.ts'), import('./cli/stop-signal.ts')]);

process.exitCode = await runCli(args, {
  env,
  out,
  err,
  signal: stopSignal(process, () => process.exit(130)),
});
