import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../src/core/resource.ts';
import { type Connection, connect } from '../../src/kube/connect.ts';
import { applyManifests, readManifests } from '../../src/local/mode/manifests.ts';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { exec } from '../cluster/exec.ts';
import { writeKubeconfig } from '../cluster/files.ts';
import { ensureHelm4 } from '../cluster/tools.ts';

const chart = join(import.meta.dirname, '..', '..', 'charts', 'alustan');
const namespace = 'alustan';

/** ServiceAccount of the controller, as the chart makes it. */
export const controllerAccount = 'alustan-controller';

/** What the chart gives rights by, as Helm renders it. */
export async function renderRights(values: readonly string[] = []): Promise<KubeObject[]> {
  const set = values.flatMap((value) => ['--set', value]);
  const args = ['template', 'alustan', chart, '--namespace', namespace, '--show-only', 'templates/rbac.yaml', ...set];
  const text = await exec(await ensureHelm4(), args);
  return parseAllDocuments(text).flatMap((document) => (document.toJS() ?? []) as KubeObject[]);
}

/** What the chart installs, but for the controller itself: that runs in this process. */
export async function installChart({ client }: Connection, values: readonly string[] = []): Promise<void> {
  const home = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  await applyManifests(client, [home, ...(await readManifests(join(chart, 'crds'))), ...(await renderRights(values))]);
}

/** A connection with the controller's own rights. */
export async function connectAsController(plane: ControlPlane): Promise<Connection> {
  const args = ['--kubeconfig', plane.kubeconfigPath, 'create', 'token', controllerAccount, '-n', namespace];
  const token = (await exec('kubectl', [...args, '--duration=1h'])).trim();
  const kubeconfigPath = join(plane.dir, 'controller.kubeconfig');
  writeKubeconfig(kubeconfigPath, { ...plane, token }, controllerAccount);
  return connect({ kubeconfigPath, userAgent: 'alustan' });
}
