import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { silent } from '../../src/core/log.ts';
import type { KubeObject } from '../../src/core/resource.ts';
import { connect } from '../../src/kube/connect.ts';
import { Reflector } from '../../src/kube/reflector/reflector.ts';
import { readEndpoints } from '../../src/local/mode/endpoints.ts';
import { type LocalMode, type LocalOptions, startLocal } from '../../src/local/mode/start.ts';

const exec = promisify(execFile);
export const root = new URL('../..', import.meta.url).pathname;

export type StartOptions = Readonly<{ dataDir?: string; example?: string }> &
  Partial<Pick<LocalOptions, 'controller' | 'env' | 'log' | 'httpPort' | 'gitRewrites' | 'registryMirrors'>>;

/** Local mode with the shop example in a folder of its own, driven as a user would: by git push and by tags. */
export class Shop {
  readonly local: Pick<LocalMode, 'endpoints' | 'connection' | 'close'>;
  readonly dataDir: string;
  readonly #clones: string[] = [];

  private constructor(local: Shop['local'], dataDir: string) {
    this.local = local;
    this.dataDir = dataDir;
  }

  static async start({ dataDir, example = 'shop', ...rest }: StartOptions = {}): Promise<Shop> {
    const folder = dataDir ?? (await mkdtemp(join(tmpdir(), 'alustan-test-')));
    const local = await startLocal({
      dataDir: folder,
      example,
      root,
      env: process.env,
      log: silent,
      progress: () => {},
      apiPort: 0,
      httpPort: 0,
      gitRewrites: [],
      registryMirrors: [],
      ...rest,
    });
    return new Shop(local, folder);
  }

  /** The shop of a local mode that runs elsewhere. */
  static async attach(dataDir: string): Promise<Shop> {
    const endpoints = await readEndpoints(dataDir);
    const connection = await connect({
      kubeconfigPath: endpoints.kubeconfig,
      userAgent: 'test',
      qps: 1000,
      burst: 1000,
    });
    return new Shop({ endpoints, connection, close: () => connection.close() }, dataDir);
  }

  /** The shop of a cluster that is none of local mode's; `endpoints.http` has its `/git/` and `/v2/`. */
  static on(local: Shop['local'], dataDir: string): Shop {
    return new Shop(local, dataDir);
  }

  get client() {
    return this.local.connection.client;
  }

  /** Clones a repository of the local git server, lets `edit` change it, commits and pushes. */
  async push(repository: string, edit: (folder: string) => Promise<void>, message = 'a change'): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'alustan-clone-'));
    this.#clones.push(folder);
    const git = (...args: string[]) =>
      exec('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@t', ...args]);
    await exec('git', ['clone', '-q', `${this.local.endpoints.http}/git/${repository}.git`, folder]);
    await edit(folder);
    await git('add', '-A');
    await git('commit', '-qm', message);
    await git('push', '-q', 'origin', 'HEAD:main');
  }

  /** Replaces text in one file of the shop's repository. */
  replace(file: string, from: string | RegExp, to: string): Promise<void> {
    return this.push('shop', async (folder) => {
      const path = join(folder, file);
      const before = await readFile(path, 'utf8');
      const after = before.replace(from, to);
      if (after === before) throw new Error(`${file} does not contain ${from}`);
      await writeFile(path, after);
    });
  }

  /** The first object of this kind and name that satisfies `when`; rejects with what was seen last. */
  async until(
    kind: string,
    name: string,
    when: (object: KubeObject | undefined) => boolean,
    apiVersion = 'alustan.io/v1alpha1',
    namespace = 'shop',
  ): Promise<KubeObject | undefined> {
    const reflector = new Reflector({ client: this.client, type: { apiVersion, kind }, namespace });
    const look = () => reflector.get({ namespace, name });
    try {
      return await new Promise((resolve, reject) => {
        const late = () => reject(new Error(`${kind} ${name}: ${JSON.stringify(look(), undefined, 1)}`));
        const timer = setTimeout(late, 90_000);
        // Of a list that comes in piece by piece, what is not there yet is not gone.
        let isSynced = false;
        const check = () => {
          if (!isSynced || !when(look())) return;
          clearTimeout(timer);
          resolve(look());
        };
        reflector.onChange(check);
        reflector.start().synced.then(() => {
          isSynced = true;
          check();
        }, reject);
      });
    } finally {
      await reflector.stop();
    }
  }

  /** The Service once it is in this state, for its present generation, with this message. */
  state(name: string, state: string, message: RegExp = /./): Promise<KubeObject | undefined> {
    return this.until('Service', name, (object) => {
      const status = (object?.['status'] ?? {}) as { state?: string; message?: string; observedGeneration?: number };
      const current = status.observedGeneration === object?.metadata.generation;
      return current && status.state === state && message.test(status.message ?? '');
    });
  }

  gone(kind: string, name: string, apiVersion?: string): Promise<KubeObject | undefined> {
    return this.until(kind, name, (object) => object === undefined, apiVersion);
  }

  /** Revisions of a release, oldest first, as `number status`. */
  async revisions(release: string, namespace = 'shop'): Promise<string[]> {
    const options = { namespace, labelSelector: `owner=helm,name=${release}` };
    const { items } = await this.client.list({ apiVersion: 'v1', kind: 'Secret' }, options);
    const labels = items.map((item) => item.metadata.labels ?? {});
    labels.sort((a, b) => Number(a['version']) - Number(b['version']));
    return labels.map((item) => `${item['version']} ${item['status']}`);
  }

  async jobs(namespace = 'shop'): Promise<string[]> {
    const { items } = await this.client.list({ apiVersion: 'batch/v1', kind: 'Job' }, { namespace });
    return items.map((item) => item.metadata.name).sort();
  }

  /** Leaves it running, or as it is. */
  async detach(): Promise<void> {
    await this.local.close();
    await Promise.all(this.#clones.map((folder) => rm(folder, { recursive: true, force: true })));
  }

  async stop(): Promise<void> {
    await this.detach();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
