import { join } from 'node:path';
import { apiVersion } from '../../api/common.ts';
import { kinds } from '../../api/kinds.ts';
import type { RunningController } from '../../controller/options.ts';
import type { KubeObject } from '../../core/resource.ts';
import type { KubeClient } from '../../kube/client.ts';
import { startApiServer } from '../api-server/index.ts';
import { Git } from '../git/program.ts';
import { Repositories } from '../git/store.ts';
import { startHttp } from '../http/index.ts';
import type { LocalNode } from '../node/start.ts';
import { pageRoutes } from '../page/routes.ts';
import { type Endpoints, writeEndpoints } from './endpoints.ts';
import { localGitHub } from './github.ts';
import type { LocalOptions } from './options.ts';
import { onFreePort } from './ports.ts';
import type { Stops } from './stops.ts';

/** Who is to hear of pushes; filled as they start. */
export type Listeners = { controller?: RunningController; node?: LocalNode; client?: KubeClient };

/** Starts the Kubernetes API and the HTTP listener, and writes down where they are. */
export async function startServers(
  options: LocalOptions & Readonly<{ podLogDir: string }>,
  listeners: Listeners,
  stops: Stops,
): Promise<Endpoints> {
  const { dataDir, podLogDir, log, env, progress } = options;
  progress('starting the Kubernetes API');
  const storeDir = join(dataDir, 'kubernetes');
  const api = await onFreePort(options.apiPort, (port) => startApiServer({ dataDir: storeDir, port, podLogDir }));
  stops.add(() => api.close());

  progress('starting the git server, the registry and pull requests');
  let url = '';
  let endpoints: Endpoints = { kubernetes: api.url, http: url, kubeconfig: join(dataDir, 'kubeconfig') };
  const repositories = new Repositories(dataDir, new Git(env));
  const github = localGitHub({ dataDir, url: () => url, repositories, bells: () => listeners.controller, log });
  const http = await onFreePort(options.httpPort, (port) =>
    startHttp({
      dataDir,
      port,
      log,
      env,
      onGitPush: (push) => {
        listeners.controller?.gitPushed(`${url}${push.path}`);
        github.pushed(push);
      },
      onRegistryPush: ({ repository }) => {
        listeners.node?.imagesChanged();
        listeners.controller?.imagePushed(`${url}/${repository}`);
      },
      extraRoutes: (app) =>
        void app
          .route('/github', github.double.routes)
          .route('/hooks/github', github.hooks)
          .route(
            '/',
            pageRoutes({ objects: () => objectsOf(listeners), addresses: () => endpoints, now: () => new Date() }),
          ),
    }),
  );
  stops.add(() => http.close());
  url = http.url;

  endpoints = { ...endpoints, http: url };
  await writeEndpoints(dataDir, endpoints, api.kubeconfig());
  return endpoints;
}

/** For the page: all objects of our kinds; undefined until their definitions are there. */
function objectsOf({ client, controller }: Listeners): Promise<KubeObject[]> | undefined {
  if (client === undefined || controller === undefined) return undefined;
  const lists = kinds.map(({ kind }) => client.list({ apiVersion, kind }));
  return Promise.all(lists).then((all) => all.flatMap(({ items }) => items));
}
