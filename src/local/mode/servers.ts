import { join } from 'node:path';
import type { RunningController } from '../../controller/options.ts';
import { startApiServer } from '../api-server/index.ts';
import { Git } from '../git/program.ts';
import { Repositories } from '../git/store.ts';
import { startHttp } from '../http/index.ts';
import type { LocalNode } from '../node/start.ts';
import { type Endpoints, writeEndpoints } from './endpoints.ts';
import { localGitHub } from './github.ts';
import type { LocalOptions } from './options.ts';
import { onFreePort } from './ports.ts';
import type { Stops } from './stops.ts';

/** Who is to hear of pushes; filled as they start. */
export type Listeners = { controller?: RunningController; node?: LocalNode };

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
      extraRoutes: (app) => void app.route('/github', github.double.routes).route('/hooks/github', github.hooks),
    }),
  );
  stops.add(() => http.close());
  url = http.url;

  const endpoints = { kubernetes: api.url, http: url, kubeconfig: join(dataDir, 'kubeconfig') };
  await writeEndpoints(dataDir, endpoints, api.kubeconfig());
  return endpoints;
}
