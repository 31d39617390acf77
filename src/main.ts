#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

const { env, stdout: out, stderr: err } = process;
// The bundle's stack traces name the sources' lines.
process.setSourceMapsEnabled(!import.meta.url.endsWith('.ts'));
// Sources are stripped of their types and compiled once, not at each start: halves the start of a runner Job. Not in
// Node's default folder under /tmp, where another user might leave code for us. Where it cannot be written, it is not.
enableCompileCache(join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'alustan', 'node'));
const [{ runCli }, { stopSignal }] = await Promise.all([import('./cli/cli.ts'), import('./cli/stop-signal.ts')]);

process.exitCode = await runCli(process.argv.slice(2), {
  env,
  out,
  err,
  signal: stopSignal(process, () => process.exit(130)),
});
