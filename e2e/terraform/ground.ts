import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import type { TerraformStatus } from '../../src/api/terraform-status.ts';
import type { KubeObject } from '../../src/core/resource.ts';
import { eventually } from '../delivery/flow.ts';
import { api, kubectl, lane } from '../delivery/lane.ts';
import { requestsOf } from '../rights/audit.ts';
import { flowsImage } from './flows-image.ts';
import type { Gate } from './gate.ts';

type Spec = Readonly<Record<string, unknown>>;
type Pod = Readonly<{ name: string; uid: string }>;

/** What Terraform has written of an object's infrastructure. */
export type State = Readonly<{
  serial: number;
  /** `type.name` of every resource, with its id; there is one of each. */
  ids: Readonly<Record<string, string>>;
}>;

const workspace = 'staging';
const controller = 'system:serviceaccount:alustan:alustan-controller';

/** A namespace with Terraform objects, whose scripts ask the gate. */
export class Ground {
  readonly namespace: string;
  readonly #gate: Gate;

  constructor(namespace: string, gate: Gate) {
    this.namespace = namespace;
    this.#gate = gate;
  }

  async prepare(): Promise<this> {
    await api.json('POST', '/api/v1/namespaces', { metadata: { name: this.namespace } });
    return this;
  }

  async close(): Promise<void> {
    await kubectl('delete', 'namespace', this.namespace, '--wait=false');
  }

  /** A Terraform with the scripts of the example. Its values stand in no command line. */
  async create(name: string, { variables = {}, ...spec }: Spec = {}): Promise<void> {
    const own = { TF_VAR_workspace: workspace, TF_VAR_gate: this.gateOf(name) };
    await api.json('POST', this.#path('terraforms'), {
      apiVersion: 'alustan.io/v1alpha1',
      kind: 'Terraform',
      metadata: { name },
      spec: {
        scripts: { deploy: 'deploy', destroy: 'destroy -c', unlock: 'unlock' },
        containerRegistry: { imageName: flowsImage, semanticVersion: '1.x' },
        gracePeriod: '20s',
        ...spec,
        variables: { ...own, ...(variables as Spec) },
      },
    });
  }

  async edit(name: string, spec: Spec): Promise<void> {
    await this.#merge(name, { spec });
  }

  async annotate(name: string, annotations: Spec): Promise<void> {
    await this.#merge(name, { metadata: { annotations } });
  }

  async remove(name: string): Promise<void> {
    await api.json('DELETE', `${this.#path('terraforms')}/${name}`);
  }

  async status(name: string): Promise<TerraformStatus> {
    return ((await this.#terraform(name))?.['status'] ?? {}) as TerraformStatus;
  }

  /** Waits until the status says so of the present generation, as `state reason`, with these words. */
  async reached(name: string, said: string, words = /./): Promise<TerraformStatus> {
    let status: TerraformStatus = {};
    await eventually(async () => {
      const object = await this.#terraform(name);
      status = (object?.['status'] ?? {}) as TerraformStatus;
      const reason = status.conditions?.find(({ type }) => type === 'Ready')?.reason;
      expect({ said: `${status.state} ${reason}`, message: status.message }).toEqual({
        said,
        message: expect.stringMatching(words),
      });
      expect(status.observedGeneration).toBe(object?.metadata.generation);
    });
    return status;
  }

  /** Waits until the node has told that the script runs: until then its Job may be taken back. */
  async begun(name: string): Promise<void> {
    await eventually(async () => expect((await this.status(name)).job?.began).toBe(true));
  }

  async gone(name: string): Promise<void> {
    await eventually(async () => expect(await this.#terraform(name)).toBeUndefined());
  }

  /** What scripts are told to ask. */
  gateOf(name: string): string {
    return `${this.#gate.url}/${this.namespace}/${name}`;
  }

  /** What the scripts of an object have asked the gate, in their order. */
  told(name: string): string[] {
    return this.#gate.told(`${this.namespace}/${name}`);
  }

  /** Waits until they have asked for exactly these words. */
  async asked(name: string, ...words: string[]): Promise<void> {
    await eventually(async () => expect(this.told(name)).toEqual(words));
  }

  /** Whoever asks for this word is held until it is opened. */
  hold(name: string, word: string): void {
    this.#gate.hold(`${this.namespace}/${name}/${word}`);
  }

  open(name: string, word: string): void {
    this.#gate.open(`${this.namespace}/${name}/${word}`);
  }

  /** Whoever asks next for this word fails. */
  refuse(name: string, word: string): void {
    this.#gate.refuse(`${this.namespace}/${name}/${word}`);
  }

  /** Of the run that is recorded, once it runs. */
  async pod(name: string): Promise<Pod> {
    const { job } = await this.status(name);
    const selector = encodeURIComponent(`batch.kubernetes.io/job-name=${job?.name}`);
    const { items } = await api.json<{ items: KubeObject[] }>('GET', `${this.#core('pods')}?labelSelector=${selector}`);
    const [pod] = items;
    if (pod === undefined) throw new Error(`${job?.name} has no pod`);
    return { name: pod.metadata.name, uid: pod.metadata.uid ?? '' };
  }

  async list<T = KubeObject>(what: string): Promise<T[]> {
    return (await api.json<{ items: T[] }>('GET', this.#core(what))).items;
  }

  /** What Terraform has written down; undefined where there is nothing. */
  async state(name: string): Promise<State | undefined> {
    const secret = await this.#find<{ data: { tfstate: string } }>(
      `${this.#core('secrets')}/tfstate-${workspace}-${name}`,
    );
    if (secret === undefined) return undefined;
    const text = gunzipSync(Buffer.from(secret.data.tfstate, 'base64')).toString();
    type Resource = { type: string; name: string; instances: { attributes: { id: string } }[] };
    const { serial, resources } = JSON.parse(text) as { serial: number; resources: Resource[] };
    for (const { instances } of resources) expect(instances).toHaveLength(1);
    const ids = resources.map(({ type, name, instances }) => [`${type}.${name}`, instances[0]?.attributes.id]);
    return { serial, ids: Object.fromEntries(ids) };
  }

  /** Whether somebody has the lock of the state. */
  async isLocked(name: string): Promise<boolean> {
    const path = `/apis/coordination.k8s.io/v1/namespaces/${this.namespace}/leases/lock-tfstate-${workspace}-${name}`;
    const lease = await this.#find<{ spec: { holderIdentity?: string | null } }>(path);
    return (lease?.spec.holderIdentity ?? '') !== '';
  }

  /** Purposes of all Jobs that the controller has ever made here for an object, by the API server's log, oldest first. */
  runs(name: string): string[] {
    return this.jobsMade().flatMap((job) => {
      const purpose = job.startsWith(`${name}-`) ? job.slice(name.length + 1).replace(/-[0-9a-f]{10}-\d+$/, '') : '';
      return purpose === '' ? [] : [purpose];
    });
  }

  /** Names of all Jobs that the controller has ever made here; a name twice was made twice. */
  jobsMade(): string[] {
    const made = requestsOf(lane.auditLogPath, controller).filter((request) => {
      const { verb, resource, namespace, code } = request;
      return verb === 'create' && resource === 'jobs' && namespace === this.namespace && code === 201;
    });
    return made.map((request) => request.name);
  }

  #path(what: string): string {
    return `/apis/alustan.io/v1alpha1/namespaces/${this.namespace}/${what}`;
  }

  #core(what: string): string {
    return `/api/v1/namespaces/${this.namespace}/${what}`;
  }

  #terraform(name: string): Promise<KubeObject | undefined> {
    return this.#find(`${this.#path('terraforms')}/${name}`);
  }

  async #merge(name: string, change: object): Promise<void> {
    await api.json('PATCH', `${this.#path('terraforms')}/${name}`, change, 'application/merge-patch+json');
  }

  async #find<T>(path: string): Promise<T | undefined> {
    const { statusCode, body } = await api.raw('GET', path);
    const text = await body.text();
    if (statusCode === 404) return undefined;
    if (statusCode >= 300) throw new Error(`GET ${path}: ${statusCode} ${text}`);
    return JSON.parse(text) as T;
  }
}
