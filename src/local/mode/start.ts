import { join, resolve } from 'node:path';
import type { ControllerOptions, RunningController } from '../../controller/options.ts';
import { startController } from '../../controller/start.ts';
import type { Log } from '../../core/log.ts';
import type { Redirect } from '../../core/redirect.ts';
import { type Connection, connect } from '../../kube/connect.ts';
import { startApiServer } from '../api-server/index.ts';
import { World } from '../cluster/world.ts';
import { startControllers } from '../controllers/start.ts';
import { startHttp } from '../http/index.ts';
import { localImages } from '../node/images.ts';
import { type LocalNode, startNode } from '../node/start.ts';
import { ensureHelm, sharedCache } from '../tools/helm.ts';
import { claimDataDir } from './data-dir.ts';
import { type Endpoints, writeEndpoints } from './endpoints.ts';
import { applyManifests, readManifests } from './manifests.ts';
import { onFreePort } from './ports.ts';
import { runnerImage, runnerProgram } from './runner.ts';
import { seedExample } from './seed.ts';

export type LocalOptions = Readonly<{
  dataDir: string;
  /** TCP ports on 127.0.0.1; the next free one when taken, any when 0. */
  apiPort: number;
  httpPort: number;
  /** Name of an example to seed on the first start, or `none`. */
  example: string;
  gitRewrites: readonly Redirect[];
  registryMirrors: readonly Redirect[];
  /** Root of the package: charts/, examples/ and src/main.ts lie there. */
  root: string;
  env: NodeJS.ProcessEnv;
  log: Log;
  progress: (step: string) => void;
  /** Times and limits of the controller where its defaults do not fit. */
  controller?: Pick<ControllerOptions, 'intervalMs' | 'settings' | 'timeouts'>;
}>;

export type LocalMode = Readonly<{
  endpoints: Endpoints;
  connection: Connection;
  controller: RunningController;
  /** True when this start seeded the example. */
  seeded: boolean;
  /** Stops all of it, the newest first. The data stay. */
  close(): Promise<void>;
}>;

/** Address under which the examples name the local servers, whatever port they got. */
const publicAddress = 'localhost:7070';
const controllerNamespace = 'alustan';

/** Starts everything that `alustan local` consists of. Rejects, with nothing left running, when a part cannot start. */
export async function startLocal(options: LocalOptions): Promise<LocalMode> {
  const stops: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };
  try {
    return { ...(await start(options, (stop) => stops.push(stop))), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  options: LocalOptions,
  onStop: (stop: () => Promise<unknown>) => void,
): Promise<Omit<LocalMode, 'close'>> {
  const { env, log, progress } = options;
  const dataDir = resolve(options.dataDir);
  onStop(await claimDataDir(dataDir));
  const podLogDir = join(dataDir, 'logs');
  const helm = await ensureHelm({ folders: [join(dataDir, 'bin'), sharedCache(env)], env, progress });

  progress('starting the Kubernetes API');
  const storeDir = join(dataDir, 'kubernetes');
  const api = await onFreePort(options.apiPort, (port) => startApiServer({ dataDir: storeDir, port, podLogDir }));
  onStop(() => api.close());

  progress('starting the git server and the registry');
  let controller: RunningController | undefined;
  let node: LocalNode | undefined;
  let httpUrl = '';
  const http = await onFreePort(options.httpPort, (port) =>
    startHttp({
      ...{ dataDir, port, log, env },
      onGitPush: ({ path }) => controller?.gitPushed(`${httpUrl}${path}`),
      onRegistryPush: ({ repository }) => {
        node?.imagesChanged();
        controller?.imagePushed(`${httpUrl}/${repository}`);
      },
    }),
  );
  onStop(() => http.close());
  httpUrl = http.url;

  const endpoints = { kubernetes: api.url, http: http.url, kubeconfig: join(dataDir, 'kubeconfig') };
  await writeEndpoints(dataDir, endpoints, api.kubeconfig());
  const connection = await connect({ kubeconfigPath: endpoints.kubeconfig, userAgent: 'alustan-local' });
  onStop(() => connection.close());

  progress('starting the node');
  const world = await World.open({ kubeconfigPath: endpoints.kubeconfig, log });
  onStop(() => world.close());
  const controllers = await startControllers({ world });
  onStop(() => controllers.close());
  const mirrors = [...options.registryMirrors, { from: publicAddress, to: http.url }];
  const runners = runnerProgram({ root: options.root, helm, env });
  node = await startNode({ world, dataDir, podLogDir, runners, imagePresent: localImages(http.url, mirrors) });
  onStop(() => node?.close() ?? Promise.resolve());

  progress('installing the custom resources');
  await install(options, connection);
  const seeded = await seed(options, connection, http.url, dataDir);

  progress('starting the controller');
  controller = await startController({
    ...options.controller,
    ...{ client: connection.client, log, controllerNamespace },
    runner: { image: runnerImage, command: ['alustan'] },
    cacheDir: join(dataDir, 'cache'),
    gitRewrites: [...options.gitRewrites, { from: `http://${publicAddress}/git/`, to: `${http.url}/git/` }],
    registryMirrors: mirrors,
  });
  onStop(() => controller?.close() ?? Promise.resolve());
  return { endpoints, connection, controller, seeded };
}

async function install(options: LocalOptions, { client }: Connection): Promise<void> {
  const chart = join(options.root, 'charts', 'alustan');
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: controllerNamespace } };
  await applyManifests(client, [namespace, ...(await readManifests(join(chart, 'crds')))]);
  await applyManifests(client, await readManifests(join(chart, 'files')));
}

async function seed(options: LocalOptions, { client }: Connection, url: string, dataDir: string): Promise<boolean> {
  const { root, example, progress } = options;
  if (example !== 'none') progress(`seeding the example ${example}`);
  return seedExample({ examples: join(root, 'examples'), example, dataDir, url, client, env: options.env });
}
