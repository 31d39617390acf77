import type { JobRequest } from '../core/plan.ts';
import type { KubeObject } from '../core/resource.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { TerraformRun } from '../core/terraform-run.ts';
import { isAlreadyExists, type KubeClient, KubeError } from '../kube/client.ts';
import type { ActionOf, Applied, Applier } from './contract.ts';
import { failureOf } from './failure.ts';
import { helmJob, helmSecrets, type RunnerSettings } from './helm-job.ts';
import { keepSecret } from './keep-secret.ts';
import { othersRun } from './one-runner.ts';
import { keptSecret, terraformJob, terraformSecret } from './terraform-job.ts';

/** The packed chart of a digest, or undefined when it is no longer at hand (then the next pass reads it again). */
export type ChartBytes = (digest: string, signal: AbortSignal) => Promise<Uint8Array | undefined>;

/**
 * Creates the Secrets of a runner Job, then the Job, as the ServiceAccount that the Job runs under: nobody gets by us what
 * they could not make themselves. What exists under the Job's name is that same Job (E20).
 */
export class JobApplier implements Applier<'run-job'> {
  readonly #client: KubeClient;
  readonly #runner: RunnerSettings;
  readonly #chart: ChartBytes;

  constructor(client: KubeClient, runner: RunnerSettings, chart: ChartBytes) {
    this.#client = client;
    this.#runner = runner;
    this.#chart = chart;
  }

  async apply(action: ActionOf<'run-job'>, signal: AbortSignal): Promise<Result<Applied>> {
    const { job } = action;
    try {
      return await this.#run(job, signal);
    } catch (error) {
      return {
        ok: false,
        failure: failureOf(error, `creating the Job ${job.name} in namespace ${job.namespace}`, job),
      };
    }
  }

  async #run(job: JobRequest, signal: AbortSignal): Promise<Result<Applied>> {
    const { run } = job;
    if (run.type === 'terraform') return this.#runTerraform(job, run, signal);
    const chart = run.type === 'helm-install' ? await this.#chart(run.chartDigest, signal) : undefined;
    if (run.type === 'helm-install' && chart === undefined) {
      return fail('transient', 'ChartNotAtHand', `the chart ${run.chartDigest} must be read again`, 0);
    }
    const secrets = helmSecrets(job, run, chart);
    return this.#start(job, secrets, helmJob(job, secrets.length, this.#runner), signal);
  }

  async #runTerraform(job: JobRequest, run: TerraformRun, signal: AbortSignal): Promise<Result<Applied>> {
    const { namespace, serviceAccount } = job;
    const busy = await othersRun(this.#client, job, signal);
    if (busy !== undefined) return { ok: false, failure: busy };
    const kept = keptSecret(job, run);
    const problem = kept && (await keepSecret(this.#client.as({ namespace, serviceAccount }), kept, signal));
    if (problem !== undefined) return { ok: false, failure: problem };
    return this.#start(job, [terraformSecret(job, run)], terraformJob(job, run), signal);
  }

  async #start(
    { namespace, serviceAccount }: JobRequest,
    secrets: readonly KubeObject[],
    job: KubeObject,
    signal: AbortSignal,
  ): Promise<Result<Applied>> {
    const client = this.#client.as({ namespace, serviceAccount });
    await Promise.all(secrets.map((secret) => create(client, secret, signal)));
    try {
      await create(client, job, signal);
    } catch (error) {
      if (isRefusal(error)) await Promise.all(secrets.map((secret) => discard(client, secret, signal)));
      throw error;
    }
    return ok({ state: 'pending' });
  }
}

/** There is no Job for certain, and with another spec there will never be one of this name: its Secrets hold values. */
function isRefusal(error: unknown): boolean {
  return error instanceof KubeError && [400, 403, 413, 422].includes(error.status);
}

/** As far as it can be done: they go with the owner in any case. */
async function discard(client: KubeClient, { apiVersion, kind, metadata }: KubeObject, signal: AbortSignal) {
  const { name, namespace = '' } = metadata;
  await client.delete({ apiVersion, kind, name, namespace }, { propagation: 'Background' }, signal).catch(() => {});
}

async function create(client: KubeClient, object: KubeObject, signal: AbortSignal): Promise<void> {
  await client.create(object, signal).catch((error: unknown) => {
    if (!isAlreadyExists(error)) throw error;
  });
}
