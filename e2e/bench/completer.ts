import { gzipSync } from 'node:zlib';
import { type Access, Api } from '../cluster/api.ts';
import { completeStatus } from '../cluster/complete-status.ts';
import { type Watched, watch } from './watch.ts';

/** Plays the node and Helm: what a runner Job would have done is there at once, and the Job is complete. */
export type Completer = Readonly<{
  /** Jobs completed so far. */
  completed(): number;
  /** Milliseconds from the sight of each Job to the answer that it is complete: the bench's own part of a delivery. */
  took(): readonly number[];
  failure(): Error | undefined;
  stop(): Promise<void>;
}>;

/**
 * Watches a namespace's Jobs. For each it writes the record of a Helm release (type `helm.sh/release.v1`, no objects in
 * it) and then the Job's status. The cluster's own job controller must not run.
 */
export async function startCompleter(access: Access, namespace: string): Promise<Completer> {
  const api = new Api(access, 32);
  const revisions = new Map<string, number>();
  const took: number[] = [];
  let failure: Error | undefined;

  async function complete(job: Watched): Promise<void> {
    const startedAt = performance.now();
    const { name, labels = {}, ownerReferences = [] } = job.metadata;
    const release = ownerReferences[0]?.name;
    if (release && labels['alustan.io/purpose'] === 'deliver') {
      const revision = (revisions.get(release) ?? 0) + 1;
      revisions.set(release, revision);
      const secret = releaseSecret(release, namespace, revision, labels['alustan.io/inputs'] ?? '');
      await api.json('POST', `/api/v1/namespaces/${namespace}/secrets`, secret);
    }
    const path = `/apis/batch/v1/namespaces/${namespace}/jobs/${name}/status`;
    await api.json('PATCH', path, { status: completeStatus(new Date()) }, 'application/merge-patch+json');
    took.push(performance.now() - startedAt);
  }

  const stop = await watch(api, `/apis/batch/v1/namespaces/${namespace}/jobs`, ({ type, object }) => {
    if (type !== 'ADDED') return;
    complete(object).catch((error: Error) => {
      failure ??= error;
    });
  });
  return {
    completed: () => took.length,
    took: () => took,
    failure: () => failure,
    stop: async () => {
      stop();
      await api.close();
    },
  };
}

function releaseSecret(name: string, namespace: string, revision: number, inputs: string): Record<string, unknown> {
  const release = {
    name,
    namespace,
    version: revision,
    info: { status: 'deployed', description: 'Upgrade complete', last_deployed: new Date().toISOString() },
    chart: { metadata: { name: 'bench', version: '0.1.0' } },
    manifest: '',
  };
  const packed = gzipSync(JSON.stringify(release)).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'helm.sh/release.v1',
    metadata: {
      name: `sh.helm.release.v1.${name}.v${revision}`,
      labels: { name, owner: 'helm', status: 'deployed', version: `${revision}`, 'alustan.io/inputs': inputs },
    },
    data: { release: Buffer.from(packed).toString('base64') },
  };
}
