import { trueCondition } from '../core/condition.ts';
import type { KubeObject } from '../core/resource.ts';
import { isForbidden, isNotFound, type KubeClient } from '../kube/client.ts';
import { jobLabels, secretName, secretsAnnotation } from './job-shape.ts';

/** Finished Jobs that are kept for people to read their logs, beside the newest of each purpose. */
const kept = 3;

/**
 * Tidies up behind a runner Job that has ended: its input Secrets go at once, since they hold values, and Jobs go with
 * their pods, but for the newest three of the owner and the newest of each purpose. All of it as the account that the Job
 * ran under, like its making: who writes a Job of our looks can have nothing deleted but what is theirs. Repeatable; rejects
 * with KubeError.
 */
export class Janitor {
  readonly #client: KubeClient;

  constructor(client: KubeClient) {
    this.#client = client;
  }

  /** @param siblings all Jobs of the same owner, this one among them. */
  async tidy(job: KubeObject, siblings: readonly KubeObject[]): Promise<void> {
    if (!isFinished(job)) return;
    const doomed = excess(siblings);
    await Promise.all(doomed.map((old) => this.#remove('batch/v1', 'Job', old.metadata.name, old)));
    await this.removeSecrets(job);
    if (secretsOf(job) === 0 || doomed.includes(job) || job.metadata.deletionTimestamp !== undefined) return;
    const { name, namespace = '' } = job.metadata;
    const reference = { apiVersion: 'batch/v1', kind: 'Job', name, namespace };
    const body = { metadata: { annotations: { [secretsAnnotation]: null } } };
    await this.#as(job).patch(reference, 'merge', body).catch(ignoreLost);
  }

  /** Of a Job that runs no more, or is gone. */
  async removeSecrets(job: KubeObject): Promise<void> {
    const names = Array.from({ length: secretsOf(job) }, (_, index) => secretName(job.metadata.name, index));
    await Promise.all(names.map((name) => this.#remove('v1', 'Secret', name, job)));
  }

  async #remove(apiVersion: string, kind: string, name: string, beside: KubeObject): Promise<void> {
    const reference = { apiVersion, kind, name, namespace: beside.metadata.namespace ?? '' };
    await this.#as(beside).delete(reference, { propagation: 'Background' }).catch(ignoreLost);
  }

  #as(job: KubeObject): KubeClient {
    return this.#client.as({ namespace: job.metadata.namespace ?? '', serviceAccount: accountOf(job) });
  }
}

function accountOf(job: KubeObject): string {
  const { template } = (job['spec'] ?? {}) as { template?: { spec?: { serviceAccountName?: string } } };
  return template?.spec?.serviceAccountName ?? 'default';
}

/** Secrets that the Job has, as far as we have not removed them. */
function secretsOf(job: KubeObject): number {
  return Number(job.metadata.annotations?.[secretsAnnotation] ?? 0);
}

function excess(siblings: readonly KubeObject[]): KubeObject[] {
  const finished = siblings.filter((job) => isFinished(job) && job.metadata.deletionTimestamp === undefined);
  finished.sort(newestFirst);
  const purposeOf = ({ metadata: { labels = {} } }: KubeObject) => labels[jobLabels.purpose];
  const isNewest = (job: KubeObject) => finished.find((other) => purposeOf(other) === purposeOf(job)) === job;
  return finished.slice(kept).filter((job) => !isNewest(job));
}

/** By whole seconds, which is all that creation times tell; of one second, by attempt. */
function newestFirst({ metadata: a }: KubeObject, { metadata: b }: KubeObject): number {
  const [one = '', other = ''] = [a.creationTimestamp, b.creationTimestamp];
  if (one !== other) return one < other ? 1 : -1;
  return attemptOf(b) - attemptOf(a);
}

function attemptOf({ labels = {} }: KubeObject['metadata']): number {
  return Number(labels[jobLabels.attempt] ?? 0);
}

/** True once the Job is Complete or Failed: no pod of it runs, or ever will. */
export function isFinished(job: KubeObject): boolean {
  return trueCondition(job, 'Complete', 'Failed') !== undefined;
}

/** Gone, or out of reach since the account has lost its rights: then it goes with the Job's owner, which owns it. */
function ignoreLost(error: unknown): void {
  if (!isNotFound(error) && !isForbidden(error)) throw error;
}
