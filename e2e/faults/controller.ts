import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Access } from '../cluster/api.ts';
import { atEnd } from '../cluster/at-end.ts';
import { ApiProxy } from './proxy.ts';

const program = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

/** `alustan controller` as a process of its own, behind a proxy of its own. */
export class Controller {
  readonly proxy: ApiProxy;
  /** Lines of its log, as objects. */
  readonly log: Readonly<{ level?: number; msg?: string; err?: unknown }>[] = [];
  readonly #child: ChildProcess;
  readonly #dir: string;
  readonly #forget: () => void;
  readonly #waiting: (() => void)[] = [];
  #text = '';

  private constructor(proxy: ApiProxy, dir: string, flags: readonly string[]) {
    this.proxy = proxy;
    this.#dir = dir;
    const child = spawn(process.execPath, [program, 'controller', ...flags], { stdio: ['ignore', 'inherit', 'pipe'] });
    this.#child = child;
    this.#forget = atEnd(() => child.kill('SIGKILL'));
    child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
      const lines = (this.#text + piece).split('\n');
      this.#text = lines.pop() ?? '';
      this.log.push(...lines.map((line) => (line.startsWith('{') ? JSON.parse(line) : { msg: line })));
      for (const look of this.#waiting) look();
    });
    child.on('close', () => {
      for (const look of this.#waiting) look();
    });
  }

  static async start(access: Access, flags: readonly string[] = []): Promise<Controller> {
    const proxy = await ApiProxy.start(access);
    const dir = mkdtempSync(join(tmpdir(), 'alustan-controller-'));
    const kubeconfig = join(dir, 'kubeconfig');
    const named = { name: 'e2e', cluster: { server: proxy.url } };
    const context = { name: 'e2e', context: { cluster: 'e2e', user: 'e2e' } };
    const user = { name: 'e2e', user: { token: access.token } };
    const config = { 'current-context': 'e2e', clusters: [named], contexts: [context], users: [user] };
    writeFileSync(kubeconfig, JSON.stringify(config), { mode: 0o600 });
    const own = [
      '--kubeconfig',
      kubeconfig,
      '--cache-dir',
      join(dir, 'cache'),
      '--app-sync-interval',
      '1h',
      '--http-address',
      'none',
    ];
    return new Controller(proxy, dir, [...own, ...flags]);
  }

  get ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Resolves when its log has so many lines with these words; rejects, with the log's end, when it ends before. */
  says(words: string, times = 1): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (this.log.filter(({ msg }) => msg?.includes(words)).length >= times) resolve();
        else if (this.ended) reject(new Error(`it ended: ${JSON.stringify(this.log.slice(-20), undefined, 1)}`));
      };
      this.#waiting.push(look);
      look();
    });
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Ends it and waits for its end. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.#forget();
    if (!this.ended) {
      this.#child.kill(signal);
      await once(this.#child, 'close');
    }
    await this.proxy.stop();
    rmSync(this.#dir, { recursive: true, force: true, maxRetries: 5 });
  }
}
