import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** The program as a process of its own, given its main file: one of the sources or of a bundle. */
export class Program {
  readonly child: ChildProcess;
  output = '';
  readonly #ended: Promise<number | null>;

  private constructor(main: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    this.child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#ended = once(this.child, 'close').then(([code]) => code);
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
  }

  static start(main: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Program {
    return new Program(main, args, env);
  }

  /** Sends a signal and waits for the end; the exit code, null when a signal ended it. */
  end(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal);
    return this.#ended;
  }
}
