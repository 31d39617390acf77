import { encodeRelease } from '../../src/core/helm-release.ts';
import type { KubeObject } from '../../src/core/resource.ts';
import { isAlreadyExists, isNotFound, type WatchingClient } from '../../src/kube/client.ts';
import { Reflector } from '../../src/kube/reflector/reflector.ts';
import { completeStatus } from '../cluster/complete-status.ts';
import { insist } from './insist.ts';

/** A delivery that a Job has made. */
export type Delivered = Readonly<{ service: string; job: string; inputs: string }>;

const jobType = { apiVersion: 'batch/v1', kind: 'Job' };

/**
 * Plays node and Helm for the runner Jobs of a namespace: each Job makes one revision of its Service's release, and is
 * complete. It speaks to the API server directly and insists, however long that is away: what is missing at the end,
 * the controller has lost; what is there twice, it has done twice.
 */
export class Helm {
  readonly delivered: Delivered[] = [];
  /** While a promise, Jobs stay active. */
  hold: Promise<void> | undefined;
  readonly #client: WatchingClient;
  readonly #namespace: string;
  readonly #jobs: Reflector;
  readonly #seen = new Set<string>();
  readonly #revisions = new Map<string, number>();
  readonly #stopping = new AbortController();

  constructor(client: WatchingClient, namespace: string) {
    this.#client = client;
    this.#namespace = namespace;
    this.#jobs = new Reflector({ client, type: jobType, namespace });
    this.#jobs.onChange((_, job) => {
      if (job === undefined || this.#seen.has(job.metadata.uid ?? '')) return;
      this.#seen.add(job.metadata.uid ?? '');
      this.#run(job).catch((error: Error) => {
        if (!this.#stopping.signal.aborted) throw error;
      });
    });
    this.#jobs.start();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#jobs.stop();
  }

  async #run(job: KubeObject): Promise<void> {
    const { name, labels = {}, ownerReferences = [] } = job.metadata;
    const service = ownerReferences[0]?.name ?? '';
    const inputs = labels['alustan.io/inputs'] ?? '';
    this.delivered.push({ service, job: name, inputs });
    const revision = (this.#revisions.get(service) ?? 0) + 1;
    this.#revisions.set(service, revision);
    await this.hold;
    const { signal } = this.#stopping;
    await insist(() => this.#record(service, revision, inputs), signal);
    await insist(() => this.#complete(name), signal);
  }

  async #record(release: string, revision: number, inputs: string): Promise<void> {
    const namespace = this.#namespace;
    const labels = { name: release, owner: 'helm', status: 'deployed', version: `${revision}` };
    const record = { name: release, namespace, version: revision, info: { status: 'deployed' }, manifest: '' };
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'helm.sh/release.v1',
      metadata: {
        name: `sh.helm.release.v1.${release}.v${revision}`,
        namespace,
        labels: { ...labels, 'alustan.io/inputs': inputs },
      },
      data: { release: encodeRelease(record) },
    };
    await this.#client.create(secret).catch((error: unknown) => {
      if (!isAlreadyExists(error)) throw error;
    });
  }

  async #complete(name: string): Promise<void> {
    const status = completeStatus(new Date());
    const reference = { ...jobType, namespace: this.#namespace, name };
    await this.#client.patch(reference, 'merge', { status }, { subresource: 'status' }).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  }
}
