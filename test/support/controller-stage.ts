import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ControllerOptions, RunningController } from '../../src/controller/options.ts';
import { startController } from '../../src/controller/start.ts';
import { silent } from '../../src/core/log.ts';
import { type ForgeRepository, forgeBell } from '../../src/core/pull-request.ts';
import type { KubeObject } from '../../src/core/resource.ts';
import type { WatchingClient } from '../../src/kube/client.ts';
import { type Connection, connect } from '../../src/kube/connect.ts';
import { Reflector } from '../../src/kube/reflector/reflector.ts';
import { type ApiServer, startApiServer } from '../../src/local/api-server/index.ts';
import { World } from '../../src/local/cluster/world.ts';
import { runNamespaces } from '../../src/local/controllers/namespace/controller.ts';
import { applyManifests, readManifests } from '../../src/local/mode/manifests.ts';
import { controllerRole } from './controller-role.ts';
import { FakeHelm } from './fake-helm.ts';
import { GitServer } from './git-server.ts';
import { recording, type Sent } from './recording-client.ts';
import { requestToken } from './request-token.ts';

const chart = new URL('../../charts/alustan', import.meta.url).pathname;
const apiVersion = 'alustan.io/v1alpha1';
/** What is waited for comes within a fraction of a second on an idle machine. */
const patienceMs = 60_000;

type Json = Readonly<Record<string, unknown>>;

/** ServiceAccounts, besides that of runners, that the controller may act as. */
const named = ['tenant', 'admin'];

/**
 * The controller on the embedded API, with the rights that the chart gives it and no others, with a real git server, and
 * Jobs that end at once without Helm.
 */
export class ControllerStage {
  /** An administrator's. */
  readonly client: WatchingClient;
  readonly connection: Connection;
  /** The controller's. */
  readonly own: Connection;
  readonly git: GitServer;
  readonly helm: FakeHelm;
  /** Path of an administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** What the controller has asked of the API server. */
  readonly sent: Sent[] = [];
  readonly #dir: string;
  readonly #stopApi: () => Promise<void>;
  #controller: RunningController | undefined;

  private constructor(
    dir: string,
    { connection, own }: Readonly<{ connection: Connection; own: Connection }>,
    git: GitServer,
    stopApi: () => Promise<void>,
  ) {
    this.#dir = dir;
    this.own = own;
    this.kubeconfig = join(dir, 'kubeconfig');
    this.connection = connection;
    this.client = connection.client;
    this.git = git;
    this.#stopApi = stopApi;
    this.helm = new FakeHelm(connection.client);
  }

  static async open(): Promise<ControllerStage> {
    const dir = await mkdtemp(join(tmpdir(), 'alustan-stage-'));
    const api = await startApiServer({ dataDir: join(dir, 'api'), port: 0, podLogDir: join(dir, 'logs') });
    const kubeconfigPath = join(dir, 'kubeconfig');
    await writeFile(kubeconfigPath, JSON.stringify(api.kubeconfig()));
    const connection = await connect({ kubeconfigPath, userAgent: 'stage' });
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'alustan' } };
    await applyManifests(connection.client, [namespace, ...(await readManifests(join(chart, 'crds')))]);
    const roles = controllerRole('alustan', ['alustan-runner', ...named]);
    await applyManifests(connection.client, [...(await readManifests(join(chart, 'files'))), ...roles]);
    const own = await asController(api, join(dir, 'controller.kubeconfig'));
    return new ControllerStage(dir, { connection, own }, await GitServer.start(), () => api.close());
  }

  get options(): ControllerOptions {
    return {
      client: recording(this.own.client, this.sent),
      log: silent,
      controllerNamespace: 'alustan',
      runner: { image: 'runner', command: ['alustan'] },
      cacheDir: join(this.#dir, 'cache'),
    };
  }

  async start(options: Partial<ControllerOptions> = {}): Promise<void> {
    this.#controller = await startController({ ...this.options, ...options });
  }

  /** As a webhook does. */
  pullRequestsChanged(repository: ForgeRepository): void {
    this.#controller?.pullRequestsChanged(forgeBell(repository));
  }

  /** Empties namespaces that are being deleted, as a cluster does; until the returned function is called. */
  async emptyNamespaces(): Promise<() => Promise<void>> {
    const world = await World.open({ kubeconfigPath: join(this.#dir, 'kubeconfig'), log: silent });
    const running = runNamespaces(world);
    await world.synced();
    return async () => {
      await running.close();
      await world.close();
    };
  }

  async stop(): Promise<void> {
    await this.#controller?.close();
    this.#controller = undefined;
  }

  async close(): Promise<void> {
    await this.stop();
    await this.helm.close();
    await this.own.close();
    await this.connection.close();
    await this.git.close();
    await this.#stopApi();
    await rm(this.#dir, { recursive: true, force: true });
  }

  /** Commits charts, each with this text in its values, and tells the controller of the push if it runs. */
  async push(repository: string, charts: Readonly<Record<string, string>>): Promise<void> {
    const files = Object.entries(charts).flatMap(([path, text]) => [
      [`${path}/Chart.yaml`, `apiVersion: v2\nname: ${path}\nversion: 1.0.0\n`],
      [`${path}/values.yaml`, `text: ${text}\n`],
    ]);
    await this.git.commit(repository, Object.fromEntries(files));
    this.#controller?.gitPushed(this.git.url(repository));
  }

  async namespace(name: string): Promise<void> {
    await this.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }

  async service(namespace: string, name: string, spec: Json = {}, values: Json = {}): Promise<void> {
    const source = { repoURL: this.git.url(namespace), path: name, targetRevision: 'main', values };
    const metadata = { name, namespace };
    await this.client.create({ apiVersion, kind: 'Service', metadata, spec: { workspace: 'test', source, ...spec } });
  }

  async setValues(namespace: string, name: string, values: Json): Promise<void> {
    const body = [{ op: 'replace', path: '/spec/source/values', value: values }];
    await this.client.patch({ apiVersion, kind: 'Service', namespace, name }, 'json', body);
  }

  remove(namespace: string, name: string): Promise<void> {
    return this.client.delete({ apiVersion, kind: 'Service', namespace, name });
  }

  /** The object once it satisfies `when`; rejects with what it was last when that does not come. */
  async until(
    kind: string,
    namespace: string,
    name: string,
    when: (object: KubeObject | undefined) => unknown,
    version = apiVersion,
  ): Promise<KubeObject | undefined> {
    const reflector = new Reflector({ client: this.client, type: { apiVersion: version, kind }, namespace });
    const look = () => reflector.get({ namespace, name });
    try {
      return await new Promise((resolve, reject) => {
        const late = () => reject(new Error(`${kind} ${name}: ${JSON.stringify(look(), undefined, 1)}`));
        const timer = setTimeout(late, patienceMs);
        const check = () => {
          if (!when(look())) return;
          clearTimeout(timer);
          resolve(look());
        };
        reflector.onChange(check);
        reflector.start().synced.then(check, reject);
      });
    } finally {
      await reflector.stop();
    }
  }

  /** What `choose` makes of all objects of a kind, once it makes anything of them. */
  async listed<T>(
    kind: string,
    namespace: string,
    choose: (all: KubeObject[]) => T | undefined,
    version = 'v1',
  ): Promise<T> {
    const reflector = new Reflector({ client: this.client, type: { apiVersion: version, kind }, namespace });
    try {
      return await new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(JSON.stringify(reflector.list(), undefined, 1))), patienceMs);
        const check = () => {
          const chosen = choose(reflector.list());
          if (chosen === undefined) return;
          clearTimeout(timer);
          resolve(chosen);
        };
        reflector.start().synced.then(() => {
          reflector.onChange(check);
          check();
        }, reject);
      });
    } finally {
      await reflector.stop();
    }
  }

  /** The Service once its status says so of its present generation: `Completed Delivered`, with these words. */
  state(namespace: string, name: string, said: string, words = /./, kind = 'Service'): Promise<KubeObject | undefined> {
    return this.until(kind, namespace, name, (object) => {
      const status = (object?.['status'] ?? {}) as Record<string, unknown>;
      const ready = ((status['conditions'] ?? []) as { type: string; reason: string }[]).find(
        (c) => c.type === 'Ready',
      );
      const isCurrent = status['observedGeneration'] === object?.metadata.generation;
      return isCurrent && `${status['state']} ${ready?.reason}` === said && words.test(String(status['message']));
    });
  }

  gone(kind: string, namespace: string, name: string, version?: string): Promise<KubeObject | undefined> {
    return this.until(kind, namespace, name, (object) => object === undefined, version);
  }
}

async function asController(api: ApiServer, kubeconfigPath: string): Promise<Connection> {
  const config = api.kubeconfig() as { users: [{ user: { token: string } }] };
  const token = await requestToken({ ...api, token: config.users[0].user.token }, 'alustan', 'alustan-controller');
  await writeFile(kubeconfigPath, JSON.stringify({ ...config, users: [{ name: 'admin', user: { token } }] }));
  return connect({ kubeconfigPath, userAgent: 'controller' });
}
