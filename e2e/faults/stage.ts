import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { KubeObject } from '../../src/core/resource.ts';
import { type Connection, connect } from '../../src/kube/connect.ts';
import { applyManifests, readManifests } from '../../src/local/mode/manifests.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { exec } from '../cluster/exec.ts';
import { startGitHttpBackend } from '../servers/git-http-backend.ts';
import { Controller } from './controller.ts';
import { Helm } from './helm.ts';
import { insist } from './insist.ts';

const chart = join(import.meta.dirname, '..', '..', 'charts', 'alustan');
const namespace = 'faults';
const service = { apiVersion: 'alustan.io/v1alpha1', kind: 'Service' };

/** What became of the Services' last change. */
export type Account = Readonly<{
  services: number;
  /** Without a Job for the change. */
  lost: number;
  /** Jobs beyond one. */
  doubled: number;
  /** Not Completed, or with another number of Helm revisions than changes. */
  wrong: readonly string[];
}>;

/** A real control plane without the job controller, `count` Services of one small chart, and Helm played beside it. */
export class Stage {
  readonly plane: ControlPlane;
  readonly helm: Helm;
  readonly names: readonly string[];
  readonly #connection: Connection;
  readonly #ends: (() => Promise<unknown>)[];
  /** Changes so far; each is a number in the values of every Service. */
  #changes = 0;
  #before = 0;

  private constructor(plane: ControlPlane, connection: Connection, names: string[], ends: (() => Promise<unknown>)[]) {
    this.plane = plane;
    this.names = names;
    this.#connection = connection;
    this.#ends = ends;
    this.helm = new Helm(connection.client, namespace);
  }

  static async open(count: number): Promise<Stage> {
    const plane = await startControlPlane({ without: ['job-controller'] });
    const git = await startGitHttpBackend();
    const { kubeconfigPath } = plane;
    const connection = await connect({ kubeconfigPath, userAgent: 'e2e', qps: 5000, burst: 5000 });
    const ends = [() => plane.stop(), () => git.stop(), () => connection.close()];
    const names = Array.from({ length: count }, (_, index) => `service-${index}`);
    const stage = new Stage(plane, connection, names, ends);
    try {
      await stage.#prepare(await chartRepository(await git.createRepository('faults')));
      return stage;
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  startController(...flags: string[]): Promise<Controller> {
    return Controller.start(this.plane, flags);
  }

  /** Changes the values of every Service, and does not care how the API server fares. */
  async change(): Promise<void> {
    this.#changes += 1;
    this.#before = this.helm.delivered.length;
    const body = { spec: { source: { values: { serial: this.#changes } } } };
    const patch = (name: string) => this.#connection.client.patch({ ...service, namespace, name }, 'merge', body);
    await Promise.all(this.names.map((name) => insist(() => patch(name))));
  }

  /** What `account` says when nothing is wrong. */
  get inOrder(): Account {
    return { services: this.names.length, lost: 0, doubled: 0, wrong: [] };
  }

  /** Jobs that were created since the last change. */
  get jobs(): number {
    return this.helm.delivered.length - this.#before;
  }

  /** Resolves when that many Jobs were created since the last change. */
  async jobsReach(count: number): Promise<void> {
    await this.#until(`${count} Jobs`, async () => (this.jobs >= count ? [] : [`${this.jobs} so far`]));
  }

  /** Resolves when every Service is Completed in its present generation. */
  async converged(): Promise<void> {
    await this.#until('all Services to be Completed', () => this.#unsettled());
  }

  async account(): Promise<Account> {
    const since = this.helm.delivered.slice(this.#before);
    const jobs = this.names.map((name) => since.filter((delivery) => delivery.service === name).length);
    const options = { namespace, labelSelector: 'owner=helm' };
    const list = () => this.#connection.client.list({ apiVersion: 'v1', kind: 'Secret' }, options);
    const records = (await insist(list)).items.map(({ metadata }) => metadata.labels?.['name']);
    const wrong = this.names.flatMap((name) => {
      const revisions = records.filter((release) => release === name).length;
      return revisions === this.#changes ? [] : [`${name}: ${revisions} revisions of ${this.#changes} changes`];
    });
    return {
      services: this.names.length,
      lost: jobs.filter((count) => count === 0).length,
      doubled: jobs.reduce((sum, count) => sum + Math.max(0, count - 1), 0),
      wrong: [...wrong, ...(await this.#unsettled())],
    };
  }

  async close(): Promise<void> {
    await this.helm.stop();
    for (const end of this.#ends.splice(0).reverse()) await end();
  }

  async #prepare(repoURL: string): Promise<void> {
    const { client } = this.#connection;
    const namespaces = ['alustan', namespace].map((name) => ({ ...v1('Namespace'), metadata: { name } }));
    await applyManifests(client, [...namespaces, ...(await readManifests(join(chart, 'crds')))]);
    await applyManifests(client, await readManifests(join(chart, 'files')));
    await client.create({
      ...v1('Secret'),
      metadata: {
        name: 'faults',
        namespace: 'alustan',
        labels: { 'alustan.io/secret-type': 'cluster', environment: 'faults' },
      },
    });
    this.#changes = 1;
    const source = { repoURL, path: 'chart', targetRevision: 'main', values: { serial: 1 } };
    const create = (name: string) =>
      client.create({ ...service, metadata: { name, namespace }, spec: { workspace: 'faults', source } });
    await Promise.all(this.names.map((name) => insist(() => create(name))));
  }

  async #unsettled(): Promise<string[]> {
    const { items } = await insist(() => this.#connection.client.list(service, { namespace }));
    return items.filter((object) => !isSettled(object)).map(said);
  }

  /** Looks until `rest` has nothing to say; rejects with what it said last. */
  async #until(what: string, rest: () => Promise<string[]>): Promise<void> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const left = await rest();
      if (left.length === 0) return;
      if (Date.now() > deadline) throw new Error(`waited 60 s for ${what}: ${left.slice(0, 5).join('; ')}`);
      await wait(100);
    }
  }
}

function v1(kind: string) {
  return { apiVersion: 'v1', kind };
}

type Status = { state?: string; message?: string; observedGeneration?: number };

function isSettled(object: KubeObject): boolean {
  const { state, observedGeneration } = (object['status'] ?? {}) as Status;
  return state === 'Completed' && observedGeneration === object.metadata.generation;
}

function said(object: KubeObject): string {
  const { state, message } = (object['status'] ?? {}) as Status;
  return `${object.metadata.name}: ${state} ${message}`;
}

async function chartRepository(url: string): Promise<string> {
  const work = mkdtempSync(join(tmpdir(), 'alustan-faults-'));
  const git = (...args: string[]) =>
    exec('git', ['-C', work, '-c', 'user.name=e2e', '-c', 'user.email=e2e@localhost', ...args]);
  mkdirSync(join(work, 'chart'));
  writeFileSync(join(work, 'chart', 'Chart.yaml'), 'apiVersion: v2\nname: faults\nversion: 0.1.0\n');
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '.');
  await git('commit', '--quiet', '-m', 'a chart');
  await git('push', '--quiet', url, 'main');
  rmSync(work, { recursive: true, force: true });
  return url;
}
