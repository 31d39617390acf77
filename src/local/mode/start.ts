import { join, resolve } from 'node:path';
import { startController } from '../../controller/start.ts';
import { type Connection, connect } from '../../kube/connect.ts';
import { World } from '../cluster/world.ts';
import { startControllers } from '../controllers/start.ts';
import { ImagePrograms } from '../node/image/image-programs.ts';
import { localImages } from '../node/images.ts';
import { startNode } from '../node/start.ts';
import { ensureHelm, sharedCache } from '../tools/helm.ts';
import { claimDataDir } from './data-dir.ts';
import type { Endpoints } from './endpoints.ts';
import { githubLogin } from './github.ts';
import { applyManifests, readManifests } from './manifests.ts';
import { controllerNamespace, type LocalMode, type LocalOptions, publicAddress } from './options.ts';
import { runnerImage, runnerProgram } from './runner.ts';
import { seedExample } from './seed.ts';
import { type Listeners, startServers } from './servers.ts';
import { Stops } from './stops.ts';

export type { LocalMode, LocalOptions } from './options.ts';

/** Starts everything that `alustan local` consists of. Rejects, with nothing left running, when a part cannot start. */
export async function startLocal(options: LocalOptions): Promise<LocalMode> {
  const stops = new Stops();
  const progress = (step: string): void => {
    options.signal?.throwIfAborted();
    options.progress(step);
  };
  try {
    const dataDir = resolve(options.dataDir);
    const started = await start({ ...options, dataDir, progress, podLogDir: join(dataDir, 'logs') }, stops);
    return { ...started, close: () => stops.run() };
  } catch (error) {
    await stops.run();
    throw error;
  }
}

type Options = LocalOptions & Readonly<{ podLogDir: string }>;

async function start(options: Options, stops: Stops): Promise<Omit<LocalMode, 'close'>> {
  const { dataDir, env, log, progress, signal } = options;
  stops.add(await claimDataDir(dataDir, options.reset));
  const stop = signal === undefined ? {} : { signal };
  const helm = await ensureHelm({ folders: [join(dataDir, 'bin'), sharedCache(env)], env, progress, ...stop });

  const listeners: Listeners = {};
  const endpoints = await startServers(options, listeners, stops);
  const connection = await connect({ kubeconfigPath: endpoints.kubeconfig, userAgent: 'alustan-local' });
  stops.add(() => connection.close());
  listeners.client = connection.client;

  const mirrors = [...options.registryMirrors, { from: publicAddress, to: endpoints.http }];
  const withMirrors = { ...options, registryMirrors: mirrors };
  listeners.node = await startCluster(withMirrors, endpoints, helm, stops);
  // Both at once, since each takes its time to end what is under way; the API is still there for both.
  stops.add(() => Promise.all([listeners.controller?.close(), listeners.node?.close()]));

  progress('installing the custom resources');
  await install(options, connection);
  const seeded = await seed(options, connection, endpoints.http);

  progress('starting the controller');
  const controller = await startController({
    ...options.controller,
    client: connection.client,
    log,
    controllerNamespace,
    runner: { image: runnerImage, command: ['alustan'] },
    cacheDir: join(dataDir, 'cache'),
    previews: { apiUrl: `${endpoints.http}/github`, secretName: githubLogin.metadata.name },
    gitRewrites: [...options.gitRewrites, { from: `http://${publicAddress}/git/`, to: `${endpoints.http}/git/` }],
    registryMirrors: mirrors,
  });
  listeners.controller = controller;
  return { endpoints, connection, controller, seeded };
}

/** What makes objects of the API real, as kube-controller-manager and a kubelet do. */
async function startCluster(options: Options, { kubeconfig, http }: Endpoints, helm: string, stops: Stops) {
  const { dataDir, podLogDir, env, log, progress, registryMirrors } = options;
  progress('starting the node');
  const world = await World.open({ kubeconfigPath: kubeconfig, log });
  stops.add(() => world.close());
  const controllers = await startControllers({ world });
  stops.add(() => controllers.close());
  const images = new ImagePrograms({ registry: http, mirrors: registryMirrors, folder: join(dataDir, 'images') });
  const runners = runnerProgram({ helm, env, images });
  return startNode({ world, dataDir, podLogDir, runners, imagePresent: localImages(http, registryMirrors) });
}

async function install(options: LocalOptions, { client }: Connection): Promise<void> {
  const chart = join(options.root, 'charts', 'alustan');
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: controllerNamespace } };
  await applyManifests(client, [namespace, githubLogin, ...(await readManifests(join(chart, 'crds')))]);
  await applyManifests(client, await readManifests(join(chart, 'files')));
}

async function seed(options: LocalOptions, { client }: Connection, url: string): Promise<boolean> {
  const { root, example, progress, dataDir, env } = options;
  return seedExample({ examples: join(root, 'examples'), example, dataDir, url, client, env, progress });
}
