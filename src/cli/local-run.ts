import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../core/program.ts';
import { startLocal } from '../local/mode/start.ts';
import { type CommandContext, stopped, UsageError } from './context.ts';
import type { LocalFlags } from './local-flags.ts';
import { followStates, withoutStates } from './local-states.ts';
import { createLog } from './log.ts';
import { Progress, paint } from './progress.ts';
import { welcome } from './welcome.ts';

const root = fileURLToPath(packageRoot);

/** Starts the local mode, shows what happens, and stops it at the first SIGINT or SIGTERM. */
export async function runLocal(flags: LocalFlags, context: CommandContext): Promise<void> {
  const { out, signal } = context;
  await checkExample(flags.example);
  const progress = new Progress(out);
  const local = await start(flags, context, progress).catch((error: unknown) => {
    progress.fail();
    if (!signal.aborted) throw error;
  });
  if (local === undefined) return;
  progress.done();
  out.write(welcome(out, local.endpoints, flags));
  const states = followStates(local.connection.client, out);
  await stopped(signal);
  out.write(paint(out, 'dim', '\nstopping …\n'));
  await states.stop();
  await local.close();
  out.write(paint(out, 'dim', `stopped; the data stay in ${flags.dataDir}\n`));
}

function start(flags: LocalFlags, { env, err, signal }: CommandContext, progress: Progress) {
  const { dataDir, apiPort, httpPort, example, reset } = flags;
  return startLocal({
    dataDir,
    apiPort,
    httpPort,
    example,
    reset,
    root,
    env,
    signal,
    gitRewrites: flags.gitRewrite,
    registryMirrors: flags.registryMirror,
    controller: { settings: { retryDelayMs: flags.retryDelay } },
    log: withoutStates(createLog({ level: flags.logLevel, format: flags.logFormat, to: err })),
    progress: (step) => progress.begin(step),
  });
}

async function checkExample(example: string): Promise<void> {
  const all = await readdir(join(root, 'examples'));
  // The others are there for reading.
  const names = all.filter((name) => existsSync(join(root, 'examples', name, 'example.yaml')));
  if (example === 'none' || names.includes(example)) return;
  throw new UsageError(`there is no example "${example}": --example takes ${[...names, 'none'].join(' or ')}`);
}
