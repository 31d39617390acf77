import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { isFinished } from '../../src/apply/janitor.ts';
import { terraformJob, terraformSecret } from '../../src/apply/terraform-job.ts';
import { terraformRun } from '../../src/apply/testing.ts';
import type { JobRequest } from '../../src/core/plan.ts';
import type { KubeObject } from '../../src/core/resource.ts';
import type { RunEnd, TerraformPurpose, TerraformRun } from '../../src/core/terraform-run.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { shellConfig } from '../../src/local/registry/image/config.ts';
import { pushImage } from '../../src/local/registry/image/push-image.ts';
import { readRunEnd } from '../../src/source/cluster/run-log.ts';
import { root } from './shop.ts';

const cmd = 'chmod +x $SCRIPT && exec $SCRIPT $ARGS';

/** Pushes examples/infrastructure with more files over it, as its Dockerfile would make it without a base. */
export async function pushInfrastructure(
  registryUrl: string,
  reference: string,
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  const source = await mkdtemp(join(tmpdir(), 'alustan-infrastructure-'));
  try {
    await cp(join(root, 'examples/infrastructure/app'), source, { recursive: true });
    for (const [path, text] of Object.entries(more)) await writeFile(join(source, path), text);
    await pushImage({ registryUrl, reference, source, into: '/app', config: shellConfig('/app', cmd) });
  } finally {
    await rm(source, { recursive: true, force: true });
  }
}

type Variables = Readonly<Record<string, string>>;

/** Runs scripts of an image in Jobs, as the controller makes them for a Terraform object, without a controller. */
export class TerraformJobs {
  readonly client: KubeClient;
  readonly #image: string;
  readonly #namespace: string;
  #count = 0;

  constructor(client: KubeClient, image: string, namespace: string) {
    this.client = client;
    this.#image = image;
    this.#namespace = namespace;
  }

  /** Namespace and ServiceAccount with the role of runners. */
  async prepare(): Promise<void> {
    const namespace = this.#namespace;
    const { client } = this;
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'alustan-runner' };
    const subjects = [{ kind: 'ServiceAccount', name: 'runner', namespace }];
    await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    await client.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'runner', namespace } });
    const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' };
    await client.create({ ...rbac, metadata: { name: 'runner', namespace }, roleRef, subjects });
  }

  /** Starts a script for the object `name`; resolves to the Job's name. */
  async start(
    name: string,
    words: string,
    variables: Variables = {},
    more: Partial<TerraformRun> = {},
  ): Promise<string> {
    const [script = '', ...args] = words.split(' ');
    this.#count += 1;
    const run: TerraformRun = {
      ...terraformRun,
      purpose: script as TerraformPurpose,
      image: this.#image,
      script: `./${script}`,
      args: args.join(' '),
      variables,
      timeoutSeconds: 300,
      graceSeconds: 30,
      ...more,
    };
    const job: JobRequest = {
      owner: { apiVersion: 'alustan.io/v1alpha1', kind: 'Terraform', namespace: 'elsewhere', name, uid: 'none' },
      name: `${name}-${script}-${this.#count}`,
      namespace: this.#namespace,
      attempt: 1,
      inputsHash: 'x',
      serviceAccount: 'runner',
      run,
    };
    await this.client.create(terraformSecret(job, run));
    await this.client.create(terraformJob(job, run));
    return job.name;
  }

  async run(name: string, words: string, variables: Variables = {}): Promise<RunEnd> {
    return await this.end(await this.start(name, words, variables));
  }

  /** What a Job tells once it has ended. */
  async end(name: string): Promise<RunEnd> {
    const reference = { apiVersion: 'batch/v1', kind: 'Job', namespace: this.#namespace, name };
    const job = await vi.waitFor(
      async () => {
        const found = await this.client.get(reference);
        if (!isFinished(found)) throw new Error(`${name} has not ended: ${JSON.stringify(found['status'])}`);
        return found;
      },
      { timeout: 90_000, interval: 50 },
    );
    const end = await readRunEnd(this.client, job, await this.pods(name), AbortSignal.timeout(9000));
    if (!end.ok) throw new Error(end.failure.message);
    return end.value;
  }

  async pods(job: string): Promise<KubeObject[]> {
    const options = { namespace: this.#namespace, labelSelector: `batch.kubernetes.io/job-name=${job}` };
    return (await this.client.list({ apiVersion: 'v1', kind: 'Pod' }, options)).items;
  }

  /** Names of the state's objects that are left. */
  async left(): Promise<string[]> {
    const options = { namespace: this.#namespace, labelSelector: 'tfstate=true' };
    const lists = [
      { apiVersion: 'v1', kind: 'Secret' },
      { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' },
    ].map((type) => this.client.list(type, options));
    return (await Promise.all(lists)).flatMap(({ items }) => items.map(({ metadata }) => metadata.name));
  }
}
