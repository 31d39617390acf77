import { type Clock, systemClock } from '../core/clock.ts';
import type { ActAs } from '../core/plan.ts';
import type { KubeObject } from '../core/resource.ts';
import { type Failure, fail, ok, type Result } from '../core/result.ts';
import { isAlreadyExists, isForbidden, type KubeClient } from '../kube/client.ts';
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
/** Milliseconds for which an account of somebody's own that was there is taken to be there. */
const trustMs = 60_000;

/**
 * Says as whom a tenant's work may be done, and provides the default account: bound to its role in its own namespace
 * only, and never in the controller's namespace, where it could read cluster Secrets. An account that exists is left as
 * it is: an administrator's narrower binding stays.
 */
export class RunnerAccounts {
  readonly #client: KubeClient;
  readonly #settings: AccountSettings;
  readonly #clock: Clock;
  readonly #ready = new Map<string, Promise<Result<undefined>>>();
  /** When accounts of somebody's own were last seen. */
  readonly #seen = new Map<string, number>();

  constructor(client: KubeClient, settings: AccountSettings, clock: Clock = systemClock) {
    this.#client = client;
    this.#settings = settings;
    this.#clock = clock;
  }

  /** Whether this account may be used, and is there. Rejects with KubeError. */
  async ensure(account: ActAs): Promise<Result<undefined>> {
    const { name, controllerAccount: own } = this.#settings;
    const { namespace, serviceAccount } = account;
    if (own?.namespace === namespace && own.serviceAccount === serviceAccount) return notOurs(account);
    return serviceAccount === name ? await this.#default(namespace) : await this.#named(account);
  }

  /** A namespace that is deleted and made again needs its account again. */
  forget(namespace: string): void {
    this.#ready.delete(namespace);
    for (const id of this.#seen.keys()) if (id.startsWith(`${namespace}/`)) this.#seen.delete(id);
  }

  /** Its administrator's: it is looked for, and nothing is made. */
  async #named(account: ActAs): Promise<Result<undefined>> {
    const { namespace, serviceAccount } = account;
    const id = `${namespace}/${serviceAccount}`;
    if (this.#clock.now() - (this.#seen.get(id) ?? Number.NEGATIVE_INFINITY) < trustMs) return ok(undefined);
    try {
      if (!(await this.#exists(namespace, serviceAccount))) return notThere(account);
    } catch (error) {
      // Who may not see it may not act as it either, and that is told, with its remedy, where it is needed first.
      if (!isForbidden(error)) throw error;
    }
    this.#seen.set(id, this.#clock.now());
    return ok(undefined);
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
    if (await this.#exists(namespace, name)) return ok(undefined);
    if (!autoProvision || namespace === controllerNamespace) return this.#missing(namespace);
    try {
      await this.#make(namespace, name, clusterRole);
      return ok(undefined);
    } catch (error) {
      if (!isForbidden(error)) throw error;
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

  async #exists(namespace: string, name: string): Promise<boolean> {
    const account = await this.#client.find({ apiVersion: 'v1', kind: 'ServiceAccount', namespace, name });
    return account !== undefined;
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

function notThere({ namespace, serviceAccount }: ActAs): Result<never> {
  const message =
    `spec.serviceAccountName: there is no ServiceAccount ${serviceAccount} in namespace ${namespace}: kubectl create ` +
    `serviceaccount ${serviceAccount} -n ${namespace}, and bind a role to it; or name another, or none for the default`;
  return { ok: false, failure: { kind: 'invalid', reason: 'AccountNotFound', message, retryAfterMs: lookMs } };
}

function notOurs({ namespace, serviceAccount }: ActAs): Result<never> {
  const what = `spec.serviceAccountName: ${namespace}/${serviceAccount} is the account of the controller itself`;
  return fail('invalid', 'AccountNotAllowed', `${what}, whose rights are not for deliveries; name another`);
}
