import type { ActAs } from '../core/plan.ts';
import type { KubeObject } from '../core/resource.ts';
import { type Failure, fail, ok, type Result } from '../core/result.ts';
import { isAlreadyExists, isNotFound, type KubeClient, KubeError } from '../kube/client.ts';
import { failureOf } from './failure.ts';

export type AccountSettings = Readonly<{
  /** Name of the ServiceAccount of runners where a spec says nothing. */
  name: string;
  /** ClusterRole that it is bound to, in its own namespace only. */
  clusterRole: string;
  /** Whether account and binding are made where they are not there. */
  autoProvision: boolean;
  controllerNamespace: string;
  /** The controller's own account; undefined where it is no ServiceAccount. */
  controllerAccount?: ActAs;
}>;

/** Milliseconds between looks for an account that somebody else has to make. */
const lookMs = 10_000;

/**
 * Says as whom a tenant's work may be done, and provides the default account: bound to its role in its own namespace
 * only, and never in the controller's namespace, where it could read cluster Secrets. An account that exists is left as
 * it is: an administrator's narrower binding stays.
 */
export class RunnerAccounts {
  readonly #client: KubeClient;
  readonly #settings: AccountSettings;
  readonly #ready = new Map<string, Promise<Result<undefined>>>();

  constructor(client: KubeClient, settings: AccountSettings) {
    this.#client = client;
    this.#settings = settings;
  }

  /** Whether this account may be used, and is there if it is the default one. Rejects with KubeError. */
  async ensure(account: ActAs): Promise<Result<undefined>> {
    const { name, controllerAccount: own } = this.#settings;
    const { namespace, serviceAccount } = account;
    if (own?.namespace === namespace && own.serviceAccount === serviceAccount) return notOurs(account);
    return serviceAccount === name ? await this.#default(namespace) : ok(undefined);
  }

  /** A namespace that is deleted and made again needs its account again. */
  forget(namespace: string): void {
    this.#ready.delete(namespace);
  }

  /** Once a namespace; asked again after a failure. */
  async #default(namespace: string): Promise<Result<undefined>> {
    const asking = this.#ready.get(namespace) ?? this.#provide(namespace);
    this.#ready.set(namespace, asking);
    try {
      const result = await asking;
      if (!result.ok) this.#ready.delete(namespace);
      return result;
    } catch (error) {
      this.#ready.delete(namespace);
      throw error;
    }
  }

  async #provide(namespace: string): Promise<Result<undefined>> {
    const { name, clusterRole, autoProvision, controllerNamespace } = this.#settings;
    if (await this.#exists(namespace)) return ok(undefined);
    if (!autoProvision || namespace === controllerNamespace) return this.#missing(namespace);
    try {
      await this.#make(namespace, name, clusterRole);
      return ok(undefined);
    } catch (error) {
      if (!(error instanceof KubeError) || error.status !== 403) throw error;
      const what = `making the ServiceAccount ${name} with ClusterRole ${clusterRole} (runner.clusterRole)`;
      return { ok: false, failure: failureOf(error, `${what} in namespace ${namespace}`) };
    }
  }

  async #make(namespace: string, name: string, clusterRole: string): Promise<void> {
    const metadata = { name, namespace, labels: { 'app.kubernetes.io/managed-by': 'alustan' } };
    // The binding first: an account that is there has been given its rights, by us or by somebody who knows better.
    await this.#create({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: clusterRole },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    });
    await this.#create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  }

  #exists(namespace: string): Promise<boolean> {
    const { name } = this.#settings;
    return this.#client.get({ apiVersion: 'v1', kind: 'ServiceAccount', namespace, name }).then(
      () => true,
      (error: unknown) => {
        if (isNotFound(error)) return false;
        throw error;
      },
    );
  }

  async #create(object: KubeObject): Promise<void> {
    await this.#client.create(object).catch((error: unknown) => {
      if (!isAlreadyExists(error)) throw error;
    });
  }

  #missing(namespace: string): Result<never> {
    const { name, clusterRole, autoProvision } = this.#settings;
    const why = autoProvision
      ? 'none is made in the namespace of the controller, where it could read cluster Secrets'
      : 'this installation makes none (runner.autoProvision)';
    const failure: Failure = {
      kind: 'waiting',
      reason: 'AccountNotFound',
      message:
        `there is no ServiceAccount ${name} in namespace ${namespace}, and ${why}: kubectl create serviceaccount ` +
        `${name} -n ${namespace} && kubectl create rolebinding ${name} -n ${namespace} --clusterrole=${clusterRole} ` +
        `--serviceaccount=${namespace}:${name}; or name another in spec.serviceAccountName`,
      retryAfterMs: lookMs,
    };
    return { ok: false, failure };
  }
}

function notOurs({ namespace, serviceAccount }: ActAs): Result<never> {
  const what = `spec.serviceAccountName: ${namespace}/${serviceAccount} is the account of the controller itself`;
  return fail('invalid', 'AccountNotAllowed', `${what}, whose rights are not for deliveries; name another`);
}
