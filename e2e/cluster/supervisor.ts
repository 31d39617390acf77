import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { atEnd } from './at-end.ts';
import { isSameProcess, type ProcessId, processId, thisProcess } from './process-id.ts';
import { removeRemains } from './remains.ts';

/** A program of the cluster: how to start it, and how to know that it serves. */
export type Component = Readonly<{
  name: string;
  binary: string;
  args: readonly string[];
  /** Called until it gives true; an error counts as "not yet" and is shown when time runs out. */
  ready: () => Promise<boolean>;
  readyWithinMs: number;
}>;

/** What a run folder says about its owner, for the janitor. */
export type Owner = Readonly<{ owner: ProcessId; kept: boolean }>;

const graceMs = 5_000;

/** Starts and stops the processes of one run, each in a group of its own, written down in the run's folder. */
export class Supervisor {
  readonly dir: string;
  readonly #running = new Map<string, { component: Component; id: ProcessId }>();
  readonly #forget: () => void;

  constructor(dir: string) {
    this.dir = dir;
    for (const folder of ['logs', 'pids']) mkdirSync(join(dir, folder), { recursive: true, mode: 0o700 });
    this.#own(false);
    this.#forget = atEnd(() => this.killNow());
  }

  /** Resolves when the component serves; rejects with the end of its log when it dies or takes too long. */
  async start(component: Component): Promise<void> {
    const log = openSync(this.logPath(component.name), 'a', 0o600);
    const child = spawn(component.binary, component.args, {
      cwd: this.dir,
      detached: true,
      stdio: ['ignore', log, log],
      env: { PATH: process.env['PATH'], HOME: this.dir },
    });
    closeSync(log);
    // The kernel may refuse to start it: then there is no process to write down, and the error says so.
    const failed = new Promise<never>((_, reject) => {
      child.once('error', (error) => reject(new Error(`${component.name} cannot start: ${error.message}`)));
      child.once('exit', (code, signal) => reject(new Error(`${component.name} ended with ${signal ?? code}`)));
    });
    failed.catch(() => {});
    child.unref();
    const id = child.pid === undefined ? undefined : processId(child.pid);
    if (id) {
      this.#running.set(component.name, { component, id });
      writeFileSync(this.#pidPath(component.name), JSON.stringify(id));
    }
    try {
      await Promise.race([failed, untilReady(component)]);
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${this.tail(component.name)}`);
    }
  }

  /** Ends one process by a signal and waits for its end; SIGKILL after 5 s. */
  async stop(name: string, signal: NodeJS.Signals = 'SIGTERM'): Promise<Component> {
    const entry = this.#running.get(name);
    if (!entry) throw new Error(`${name} does not run here`);
    await endGroup(entry.id, signal);
    this.#running.delete(name);
    rmSync(this.#pidPath(name), { force: true });
    return entry.component;
  }

  /** Ends all in reverse order of their starts. */
  async stopAll(): Promise<void> {
    for (const name of [...this.#running.keys()].reverse()) await this.stop(name);
    this.#forget();
  }

  /** Ends all and removes the run's folder. */
  async remove(): Promise<void> {
    await this.stopAll();
    removeRemains(this.dir);
  }

  /** For exit handlers, where nothing can be awaited: kills and removes the folder. */
  killNow(): void {
    for (const { id } of this.#running.values()) killGroup(id, 'SIGKILL');
    this.#running.clear();
    removeRemains(this.dir);
  }

  /** Lets the processes outlive this one; the janitor leaves them alone too. */
  release(): void {
    this.#own(true);
    this.#forget();
  }

  logPath(name: string): string {
    return join(this.dir, 'logs', `${name}.log`);
  }

  /** The last lines of a component's log. */
  tail(name: string, lines = 25): string {
    const text = readFileSync(this.logPath(name), 'utf8');
    return `--- end of ${this.logPath(name)}\n${text.trimEnd().split('\n').slice(-lines).join('\n')}`;
  }

  #own(kept: boolean): void {
    const owner: Owner = { owner: thisProcess(), kept };
    writeFileSync(join(this.dir, 'owner.json'), JSON.stringify(owner));
  }

  #pidPath(name: string): string {
    return join(this.dir, 'pids', `${name}.json`);
  }
}

async function untilReady(component: Component): Promise<void> {
  const deadline = Date.now() + component.readyWithinMs;
  let last = 'it never said it was ready';
  while (Date.now() < deadline) {
    try {
      if (await component.ready()) return;
    } catch (error) {
      last = (error as Error).message;
    }
    await wait(100);
  }
  throw new Error(`${component.name} is not ready after ${component.readyWithinMs / 1000} s: ${last}`);
}

/** Signals the process's group, if it is still the process that we started. */
function killGroup(id: ProcessId, signal: NodeJS.Signals): void {
  if (!isSameProcess(id)) return;
  try {
    process.kill(-id.pid, signal);
  } catch {
    // It ended between the look and the signal.
  }
}

export async function endGroup(id: ProcessId, signal: NodeJS.Signals): Promise<void> {
  killGroup(id, signal);
  const deadline = Date.now() + graceMs;
  while (isSameProcess(id)) {
    if (Date.now() > deadline) killGroup(id, 'SIGKILL');
    await wait(20);
  }
}
