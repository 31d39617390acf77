import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { atEnd } from '../cluster/at-end.ts';
import type { Reading } from './probe.ts';

/** The controller under test, in a process of its own with the probe inside. */
export type ControllerProcess = Readonly<{
  /** What happened in it since the last reading. */
  read(): Promise<Reading>;
  /** Throws, with the end of its log, when it has ended by itself. */
  check(): void;
  /** Ends it (SIGTERM by default) and waits for its end. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}>;

export type ControllerProcessOptions = Readonly<{
  /** `main.js` of the bundle: what the image runs. */
  program: string;
  kubeconfigPath: string;
  logPath: string;
  flags?: readonly string[];
}>;

export async function startController(options: ControllerProcessOptions): Promise<ControllerProcess> {
  const { program, kubeconfigPath, logPath, flags = [] } = options;
  const log = openSync(logPath, 'a');
  const probe = join(import.meta.dirname, 'probe.ts');
  const child = spawn(
    process.execPath,
    ['--import', probe, program, 'controller', ...controllerFlags(kubeconfigPath), ...flags],
    {
      stdio: ['ignore', log, log, 'ipc'],
    },
  );
  closeSync(log);
  const forget = atEnd(() => child.kill('SIGKILL'));
  const check = () => {
    if (child.exitCode === null && child.signalCode === null) return;
    const tail = readFileSync(logPath, 'utf8').split('\n').slice(-20).join('\n');
    throw new Error(`the controller ended with ${child.signalCode ?? child.exitCode}:\n${tail}`);
  };
  await once(child, 'spawn');
  return {
    check,
    read: () => ask(child, check),
    stop: async (signal = 'SIGTERM') => {
      forget();
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      await once(child, 'exit');
    },
  };
}

/** Git is looked at often, so that a push is seen; the API server, not our own limit, is what is measured. */
function controllerFlags(kubeconfigPath: string): string[] {
  return [
    ...['--kubeconfig', kubeconfigPath, '--cache-dir', join(dirname(kubeconfigPath), 'controller-cache')],
    ...['--app-sync-interval', '10s', '--qps', '5000', '--log-level', 'warn'],
  ];
}

async function ask(child: ChildProcess, check: () => void): Promise<Reading> {
  check();
  const answer = once(child, 'message') as Promise<[Reading]>;
  child.send('read');
  return (await answer)[0];
}
