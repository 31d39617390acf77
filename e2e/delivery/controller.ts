import { join } from 'node:path';
import { apply, helm, kubectl, lane } from './lane.ts';

const chart = join(import.meta.dirname, '..', '..', 'charts', 'alustan');
export const controllerNamespace = 'alustan';

/** Address that the examples' documents name; controller and node are told where it really is. */
export const written = 'localhost:7070';

/** Installs the chart and waits until the controller is ready. */
export async function installController(): Promise<void> {
  await helm('upgrade', '--install', 'alustan', chart, '-n', controllerNamespace, '--create-namespace');
  await apply(deployment());
  await controllerReady();
}

export async function controllerReady(): Promise<void> {
  await kubectl('rollout', 'status', 'deployment/alustan-controller', '-n', controllerNamespace, '--timeout=90s');
}

export async function uninstallController(): Promise<void> {
  await kubectl('delete', 'deployment/alustan-controller', '-n', controllerNamespace, '--wait', '--cascade=foreground');
  await helm('uninstall', 'alustan', '-n', controllerNamespace);
}

function deployment(): object {
  const labels = { 'app.kubernetes.io/name': 'alustan-controller' };
  const args = [
    ...['controller', '--namespace', controllerNamespace, '--runner-image', lane.image, '--cache-dir', '/tmp/cache'],
    ...['--git-rewrite', `http://${written}/git/=${lane.git.url}/`],
    ...['--registry-mirror', `${written}=http://${lane.registryHost}`],
    // Nothing rings for pushes here: what changes is found by looking.
    ...['--app-sync-interval', '1s', '--retry-delay', '1s'],
  ];
  const probe = (path: string) => ({ httpGet: { path, port: 8080 }, periodSeconds: 1 });
  const container = {
    ...{
      name: 'controller',
      image: lane.image,
      args,
      livenessProbe: probe('/healthz'),
      readinessProbe: probe('/readyz'),
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [{ name: 'scratch', mountPath: '/tmp' }],
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'alustan-controller', namespace: controllerNamespace, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: 'alustan-controller',
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [container],
          volumes: [{ name: 'scratch', emptyDir: {} }],
        },
      },
    },
  };
}

/** The last lines of the controller's log, of the one before it too when it was started again. */
export async function controllerLog(lines = 40): Promise<string> {
  const args = ['-n', controllerNamespace, '-l', 'app.kubernetes.io/name=alustan-controller', `--tail=${lines}`];
  const [now, before] = await Promise.all([
    kubectl('logs', ...args).catch(String),
    kubectl('logs', '--previous', ...args).catch(() => ''),
  ]);
  return before + now;
}
