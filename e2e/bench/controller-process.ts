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
  stop(): Promise<void>;
}>;

const root = join(import.meta.dirname, '..', '..');

export async function startController(kubeconfigPath: string, logPath: string): Promise<ControllerProcess> {
  const log = openSync(logPath, 'a');
  const probe = join(import.meta.dirname, 'probe.ts');
  const program = join(root, 'src', 'main.ts');
  const child = spawn(
    process.execPath,
    ['--import', probe, program, 'controller', ...controllerFlags(kubeconfigPath)],
    {
      cwd: root,
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
    stop: async () => {
      forget();
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
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
