import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { vi } from 'vitest';
import type { ServiceStatus } from '../../src/api/service-status.ts';
import type { KubeObject } from '../../src/core/resource.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { exec } from '../cluster/exec.ts';
import type { Stage } from './stage.ts';

const apiVersion = 'alustan.io/v1alpha1';

/** Pushes files to a new repository of the stage; gives the URL that a spec names. */
export async function pushFiles(
  { git }: Stage,
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const url = await git.createRepository(name);
  const folder = mkdtempSync(join(tmpdir(), 'alustan-rights-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const run = (...args: string[]) =>
      exec('git', ['-C', folder, '-c', 'user.name=e2e', '-c', 'user.email=e2e@localhost', ...args]);
    await run('init', '--quiet', '--initial-branch=main');
    await run('add', '--all');
    await run('commit', '--quiet', '-m', name);
    await run('push', '--quiet', url, 'main');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return `http://localhost:7070/git/${name}.git`;
}

/** What a tenant of one namespace does, and sees of it. */
export class Tenant {
  readonly #client: KubeClient;
  readonly #namespace: string;
  readonly #repoURL: string;

  constructor(client: KubeClient, namespace: string, repoURL: string) {
    this.#client = client;
    this.#namespace = namespace;
    this.#repoURL = repoURL;
  }

  /** Any of our kinds. */
  async create(kind: string, name: string, spec: object): Promise<void> {
    await this.#client.create({ apiVersion, kind, metadata: this.#meta(name), spec });
  }

  /** A Service of a chart of the repository; a failure is final. */
  async service(name: string, chart: string, spec: object = {}, source: object = {}): Promise<void> {
    const whole = {
      workspace: 'staging',
      retries: 0,
      source: { repoURL: this.#repoURL, path: chart, ...source },
      ...spec,
    };
    await this.create('Service', name, whole);
  }

  async remove(name: string, kind = 'Service'): Promise<void> {
    await this.#client.delete({ apiVersion, kind, ...this.#meta(name) });
  }

  async statusOf(name: string, kind = 'Service'): Promise<ServiceStatus> {
    const object = await this.#client.get({ apiVersion, kind, ...this.#meta(name) });
    return (object as KubeObject & { status?: ServiceStatus }).status ?? {};
  }

  /** The message once the object is there: `Failed RetriesExhausted`. */
  async message(name: string, said: string, kind = 'Service'): Promise<string> {
    return vi.waitFor(
      async () => {
        const { state, message = '', conditions = [] } = await this.statusOf(name, kind);
        const reason = conditions.find(({ type }) => type === 'Ready')?.reason;
        if (`${state} ${reason}` !== said) throw new Error(`${name} is ${state} ${reason}: ${message}`);
        return message;
      },
      { timeout: 100_000, interval: 300 },
    );
  }

  async gone(name: string, kind = 'Service'): Promise<void> {
    await vi.waitFor(
      async () => {
        const left = await this.#client.find({ apiVersion, kind, ...this.#meta(name) });
        if (left !== undefined) throw new Error(`${name} is there: ${JSON.stringify(left['status'])}`);
      },
      { timeout: 100_000, interval: 300 },
    );
  }

  #meta(name: string) {
    return { name, namespace: this.#namespace };
  }
}
