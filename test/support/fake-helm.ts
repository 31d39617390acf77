import { parse } from 'yaml';
import { encodeRelease } from '../../src/core/helm-release.ts';
import type { JobInput } from '../../src/core/job-io.ts';
import type { KubeObject } from '../../src/core/resource.ts';
import { isNotFound, type WatchingClient } from '../../src/kube/client.ts';
import { Reflector } from '../../src/kube/reflector/reflector.ts';

type Job = Readonly<{ name: string; namespace: string; release: string; values: Record<string, unknown> }>;

/**
 * Does at once what a runner Job would do: writes Helm's record and the objects of the release, and ends the Job. The
 * manifest is the value `manifest` of the Service: no chart is rendered.
 */
export class FakeHelm {
  /** Jobs that were seen, in order. */
  readonly jobs: Job[] = [];
  /** Decides how a Job ends; a promise holds it until then. */
  outcome: (job: Job) => 'succeeds' | 'fails' | Promise<'succeeds' | 'fails'> = () => 'succeeds';
  readonly #client: WatchingClient;
  readonly #watch: Reflector;
  readonly #seen = new Set<string>();
  readonly #working = new Set<Promise<void>>();

  constructor(client: WatchingClient) {
    this.#client = client;
    this.#watch = new Reflector({ client, type: { apiVersion: 'batch/v1', kind: 'Job' } });
    this.#watch.onChange((_, job) => {
      if (!isOurs(job) || this.#seen.has(job.metadata.uid ?? '')) return;
      this.#seen.add(job.metadata.uid ?? '');
      this.#working.add(this.#run(job));
    });
    this.#watch.start();
  }

  async close(): Promise<void> {
    await this.#watch.stop();
    await Promise.allSettled(this.#working);
  }

  async #run(job: KubeObject): Promise<void> {
    const { name, namespace = '' } = job.metadata;
    const secret = await this.#client.get({ apiVersion: 'v1', kind: 'Secret', namespace, name });
    const { run } = this.#read(secret, 'job.json') as JobInput;
    const values = (this.#read(secret, 'values.json') ?? {}) as Record<string, unknown>;
    const seen = { name, namespace, release: run.release, values };
    this.jobs.push(seen);
    const outcome = await this.outcome(seen);
    if (outcome === 'succeeds' && run.type === 'helm-install') {
      await this.install(namespace, run.release, String(values['manifest'] ?? ''), run.labels);
    } else if (outcome === 'succeeds') await this.uninstall(namespace, run.release);
    await this.#end(job, outcome);
  }

  #read(secret: KubeObject, file: string): unknown {
    const text = (secret['data'] as Record<string, string>)[file];
    return text === undefined ? undefined : JSON.parse(Buffer.from(text, 'base64').toString());
  }

  /** `helm upgrade --install` of a manifest. */
  async install(namespace: string, release: string, manifest: string, labels: Record<string, string> = {}) {
    const before = await this.records(namespace, release);
    for (const record of before) await this.#status(record, 'superseded');
    for (const object of objects(manifest)) {
      const { apiVersion, kind, metadata } = object;
      const reference = { apiVersion, kind, namespace: metadata.namespace ?? namespace, name: metadata.name };
      const placed = { ...object, metadata: { ...metadata, namespace: reference.namespace } };
      await this.#client.patch(reference, 'apply', placed, { fieldManager: 'helm', force: true });
    }
    const version = before.length + 1;
    const chart = { metadata: { name: 'app', version: '1.0.0' } };
    const record = { name: release, namespace, version, info: { status: 'deployed' }, manifest, chart };
    await this.#client.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: `sh.helm.release.v1.${release}.v${version}`,
        namespace,
        labels: { ...labels, owner: 'helm', name: release, status: 'deployed', version: String(version) },
      },
      type: 'helm.sh/release.v1',
      data: { release: encodeRelease(record) },
    });
  }

  /** `helm uninstall`. */
  async uninstall(namespace: string, release: string): Promise<void> {
    for (const { metadata } of await this.records(namespace, release)) {
      await this.#client.delete({ apiVersion: 'v1', kind: 'Secret', namespace, name: metadata.name });
    }
  }

  async records(namespace: string, release: string): Promise<KubeObject[]> {
    const options = { namespace, labelSelector: `owner=helm,name=${release}` };
    return (await this.#client.list({ apiVersion: 'v1', kind: 'Secret' }, options)).items;
  }

  async #status({ metadata: { name, namespace = '' } }: KubeObject, status: string): Promise<void> {
    const reference = { apiVersion: 'v1', kind: 'Secret', namespace, name };
    await this.#client.patch(reference, 'merge', { metadata: { labels: { status } } });
  }

  async #end(job: KubeObject, outcome: 'succeeds' | 'fails'): Promise<void> {
    const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    const condition = (type: string) => ({
      type,
      status: 'True',
      reason: 'Test',
      lastProbeTime: now,
      lastTransitionTime: now,
    });
    const status =
      outcome === 'succeeds'
        ? { succeeded: 1, completionTime: now, conditions: [condition('SuccessCriteriaMet'), condition('Complete')] }
        : { failed: 1, conditions: [condition('FailureTarget'), condition('Failed')] };
    const { name, namespace = '' } = job.metadata;
    const reference = { apiVersion: 'batch/v1', kind: 'Job', namespace, name };
    const body = { status: { startTime: now, ...status } };
    await this.#client.patch(reference, 'merge', body, { subresource: 'status' }).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  }
}

/** A chart may have Jobs of its own. */
function isOurs(job: KubeObject | undefined): job is KubeObject {
  return job?.metadata.ownerReferences?.some(({ apiVersion }) => apiVersion.startsWith('alustan.io/')) === true;
}

function objects(manifest: string): KubeObject[] {
  return manifest.split(/^---$/m).flatMap((text) => (parse(text) as KubeObject | null) ?? []);
}
