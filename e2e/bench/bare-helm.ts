import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HelmInstall } from '../../src/core/plan.ts';
import { installArguments } from '../../src/runner/arguments.ts';
import { type Access, Api } from '../cluster/api.ts';
import { exec } from '../cluster/exec.ts';
import { inParallel } from './stats.ts';
import { until, type Watched, watch } from './watch.ts';

const inputs = '/run/inputs';
const patienceMs = 600_000;

/** Seconds that Jobs take which do nothing but `helm upgrade --install`, one for each release, all created at once. */
export async function bareHelm(
  access: Access,
  { namespace, image, chart, releases, serial }: BareHelmOptions,
): Promise<number> {
  const api = new Api(access, 64);
  const ended = new Set<string>();
  let failed: string | undefined;
  const stop = await watch(api, `/apis/batch/v1/namespaces/${namespace}/jobs`, ({ object }) => {
    if (isTrue(object, 'Complete')) ended.add(object.metadata.name);
    if (isTrue(object, 'Failed')) failed = object.metadata.name;
  });
  try {
    const secret = `chart-${serial}`;
    const packed = join(chart, '..', `${secret}.tgz`);
    await exec('tar', ['-czf', packed, '-C', join(chart, '..'), 'chart']);
    const data = { 'chart.tgz': readFileSync(packed).toString('base64'), 'values.json': btoa('{}') };
    await api.json('POST', `/api/v1/namespaces/${namespace}/secrets`, { metadata: { name: secret }, data });
    const names = releases.map((release) => `bare-${serial}-${release}`);
    const startedAt = performance.now();
    await inParallel(releases.length, 64, async (index) => {
      const args = helmArguments(releases[index] as string, namespace);
      const path = `/apis/batch/v1/namespaces/${namespace}/jobs`;
      await api.json('POST', path, job(names[index] as string, image, secret, args));
    });
    const done = () => failed !== undefined || names.every((name) => ended.has(name));
    await until('the bare helm Jobs', patienceMs, done, () => `: ${ended.size} have ended`);
    if (failed) throw new Error(`the Job ${failed} of bare helm has failed`);
    return (performance.now() - startedAt) / 1000;
  } finally {
    stop();
    await api.close();
  }
}

export type BareHelmOptions = Readonly<{
  namespace: string;
  /** Has `helm` in its path. */
  image: string;
  /** Folder of the chart. */
  chart: string;
  releases: readonly string[];
  /** Of the round: names of Jobs are used once. */
  serial: number;
}>;

/** The same that a runner gives its helm. */
function helmArguments(release: string, namespace: string): string[] {
  const run: Omit<HelmInstall, 'values'> = {
    type: 'helm-install',
    release: `bare-${release}`,
    namespace,
    chartDigest: '',
    sensitive: [],
    labels: { 'bench/inputs': 'bare' },
    wait: false,
    conflicts: 'force',
    timeoutSeconds: 300,
  };
  return installArguments(run, inputs, `${inputs}/chart.tgz`);
}

function job(name: string, image: string, secret: string, args: readonly string[]): object {
  const container = {
    name: 'helm',
    image,
    command: ['helm'],
    args,
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    volumeMounts: [
      { name: 'inputs', mountPath: inputs, readOnly: true },
      { name: 'scratch', mountPath: '/tmp' },
    ],
  };
  const spec = {
    serviceAccountName: 'alustan-runner',
    restartPolicy: 'Never',
    enableServiceLinks: false,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [container],
    volumes: [
      { name: 'inputs', secret: { secretName: secret } },
      { name: 'scratch', emptyDir: {} },
    ],
  };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec: { backoffLimit: 0, template: { spec } } };
}

function isTrue({ status }: Watched, type: string): boolean {
  return status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;
}
