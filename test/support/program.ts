import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { root } from './shop.ts';

export type ProgramOptions = Readonly<{ env?: NodeJS.ProcessEnv; main?: string }>;
type Ended = Readonly<{ code: number | null; signal: NodeJS.Signals | null }>;

/** The program as a process of its own: from the sources, or from the main file of a bundle. */
export class Program {
  readonly child: ChildProcess;
  output = '';
  readonly ended: Promise<Ended>;
  #heard: () => void = () => undefined;

  constructor(args: readonly string[], { env = process.env, main = 'src/main.ts' }: ProgramOptions = {}) {
    this.child = spawn(process.execPath, [main, ...args], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.ended = once(this.child, 'close').then(([code, signal]) => ({ code, signal }));
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
        this.#heard();
      });
    }
    void this.ended.then(() => this.#heard());
  }

  /** Resolves with the match when its output matches; rejects, with the output, when it ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(this.output);
        if (match !== null) resolve(match);
        else if (this.child.exitCode !== null || this.child.signalCode !== null) reject(new Error(this.output));
      };
      this.#heard = look;
      look();
    });
  }

  /** Sends a signal and waits for the end. */
  async end(signal: NodeJS.Signals): Promise<Ended & { ms: number }> {
    const start = performance.now();
    this.child.kill(signal);
    return { ...(await this.ended), ms: performance.now() - start };
  }
}
