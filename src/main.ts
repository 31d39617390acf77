#!/usr/bin/env node
import { runCli } from './cli/cli.ts';
import { stopSignal } from './cli/stop-signal.ts';

const { env, stdout: out, stderr: err } = process;
process.exitCode = await runCli(process.argv.slice(2), {
  ...{ env, out, err },
  signal: stopSignal(process, () => process.exit(130)),
});
