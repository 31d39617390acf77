import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { helm, kubectl, lane } from './lane.ts';

const chart = join(import.meta.dirname, '..', '..', 'charts', 'alustan');
export const controllerNamespace = 'alustan';
const pods = ['-n', controllerNamespace, '-l', 'app.kubernetes.io/component=controller'];

/** Address that the examples' documents name; controller and node are told where it really is. */
export const written = 'localhost:7070';

/** Installs or upgrades the chart, packed as a user gets it, and waits until the controller is ready. */
export async function installController(changes: object = {}): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'alustan-chart-'));
  try {
    const values = join(folder, 'values.json');
    writeFileSync(values, JSON.stringify({ ...laneValues(), ...changes }));
    await helm('package', chart, '--destination', folder);
    const release = ['alustan', join(folder, 'alustan-0.1.0.tgz'), '-n', controllerNamespace, '--create-namespace'];
    await helm('upgrade', '--install', ...release, '--values', values, '--wait', '--timeout', '120s');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function laneValues(): object {
  const [repository, tag] = lane.image.split(/:(?=[^/]*$)/);
  return {
    image: { repository, tag },
    gitRewrites: [`http://${written}/git/=${lane.git.url}/`],
    registryMirrors: [`${written}=http://${lane.registryHost}`],
    // Nothing rings for pushes here: what changes is found by looking.
    service: { syncInterval: '1s' },
    extraArgs: ['--retry-delay=1s'],
  };
}

export async function uninstallController(): Promise<void> {
  await helm('uninstall', 'alustan', '-n', controllerNamespace, '--wait', '--timeout', '120s');
}

/** Names of the controller's pods. */
export async function controllerPods(): Promise<string[]> {
  const names = await kubectl('get', 'pods', ...pods, '-o', 'name');
  return names.split('\n').filter(Boolean);
}

/** The last lines of the controller's log, of the one before it too when it was started again. */
export async function controllerLog(lines = 40): Promise<string> {
  const args = [...pods, `--tail=${lines}`];
  const [now, before] = await Promise.all([
    kubectl('logs', ...args).catch(String),
    kubectl('logs', '--previous', ...args).catch(() => ''),
  ]);
  return before + now;
}
