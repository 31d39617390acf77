import { performance } from 'node:perf_hooks';
import { type Access, Api } from '../cluster/api.ts';
import { inParallel } from './stats.ts';
import { until, watch } from './watch.ts';

/** A Job of about the size of a runner Job. */
function job(name: string): unknown {
  const container = {
    name: 'runner',
    image: 'localhost/alustan:0',
    args: ['runner', 'helm', '--input', '/run/alustan/input'],
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    volumeMounts: [{ name: 'input', mountPath: '/run/alustan/input', readOnly: true }],
  };
  const spec = {
    restartPolicy: 'Never',
    containers: [container],
    volumes: [{ name: 'input', projected: { sources: [{ secret: { name } }] } }],
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, labels: { 'app.kubernetes.io/managed-by': 'bench' } },
    spec: { backoffLimit: 0, template: { spec } },
  };
}

/** Creates that one client can make per second when it does nothing else: the limit of every fan-out. */
export async function rawPostRate(access: Access, namespace: string, count: number, parallel: number): Promise<number> {
  const api = new Api(access, parallel);
  const path = `/apis/batch/v1/namespaces/${namespace}/jobs`;
  try {
    await inParallel(parallel, parallel, async () => void (await api.json('GET', path)));
    const started = performance.now();
    await inParallel(count, parallel, async (index) => void (await api.json('POST', path, job(`raw-${index}`))));
    const seconds = (performance.now() - started) / 1000;
    await api.json('DELETE', `${path}?propagationPolicy=Background`);
    return count / seconds;
  } finally {
    await api.close();
  }
}

/**
 * Milliseconds a level of "one watch delivery, then one create", `width` objects at a time: the limit of one level of a
 * graph. The next level is created when the watch has shown the whole one before it.
 */
export async function rawLevelMs(access: Access, namespace: string, levels: number, width: number): Promise<number[]> {
  const api = new Api(access, width + 2);
  const path = `/apis/batch/v1/namespaces/${namespace}/jobs`;
  const ends: number[] = [];
  let seen = 0;
  let failed: Error | undefined;
  const createLevel = (level: number) => {
    for (let index = 0; index < width; index += 1) {
      api.json('POST', path, job(`level-${level}-${index}`)).catch((error: Error) => {
        failed = error;
      });
    }
  };
  const stop = await watch(api, path, ({ type }) => {
    if (type === 'ADDED') seen += 1;
    if (type !== 'ADDED' || seen % width !== 0) return;
    ends.push(performance.now());
    if (ends.length < levels) createLevel(ends.length);
  });
  try {
    createLevel(0);
    await until('the graph of bare Jobs', 120_000, () => failed !== undefined || ends.length === levels);
    if (failed) throw failed;
    await api.json('DELETE', `${path}?propagationPolicy=Background`);
    return ends.slice(1).map((time, index) => time - (ends[index] ?? time));
  } finally {
    stop();
    await api.close();
  }
}
