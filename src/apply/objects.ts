import { type ActAs, type ObjectRef, refOf } from '../core/plan.ts';
import { controllerOf, type KubeObject } from '../core/resource.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { isAlreadyExists, isConflict, isForbidden, isNotFound, type KubeClient } from '../kube/client.ts';
import type { ActionOf, Applied, Applier } from './contract.ts';
import { failureOf } from './failure.ts';

const fieldManager = 'alustan';
/** Milliseconds until it is looked again whether the object of somebody else has gone: nothing rings for it. */
const takenRetryMs = 60_000;

export type ObjectAction =
  | 'add-finalizer'
  | 'remove-finalizer'
  | 'apply-object'
  | 'create-object'
  | 'replace-object'
  | 'delete-object'
  | 'patch-object';

/** Adds and removes finalizers, creates, applies and deletes objects; as the tenant where the action says so. */
export class ObjectApplier implements Applier<ObjectAction> {
  readonly #client: KubeClient;

  constructor(client: KubeClient) {
    this.#client = client;
  }

  async apply(action: ActionOf<ObjectAction>, signal: AbortSignal): Promise<Result<Applied>> {
    const target = 'metadata' in action.object ? { ...action.object, ...action.object.metadata } : action.object;
    const where = target.namespace === undefined ? '' : ` in namespace ${target.namespace}`;
    try {
      if (action.type === 'add-finalizer') return await this.#hold(action, signal);
      if (action.type === 'apply-object' && action.owned === true) return await this.#applyOwned(action, signal);
      return ok(await this.#act(action, signal));
    } catch (error) {
      if (action.type === 'delete-object' && action.bestEffort === true && isForbidden(error))
        return ok({ state: 'done' });
      const origin = action.type === 'apply-object' && action.origin !== undefined ? `${action.origin}: ` : '';
      const doing = `${origin}${verbs[action.type]} ${target.kind} ${target.name}${where}`;
      return { ok: false, failure: failureOf(error, doing, 'actAs' in action ? action.actAs : undefined) };
    }
  }

  #act(action: ActionOf<Exclude<ObjectAction, 'add-finalizer'>>, signal: AbortSignal): Promise<Applied> {
    switch (action.type) {
      case 'remove-finalizer':
        return this.#letGo(action, signal);
      case 'apply-object':
        return this.#apply(action, signal);
      case 'create-object':
        return this.#create(action.object, signal);
      case 'replace-object':
        return this.#replace(action.object, signal);
      case 'delete-object':
        return this.#delete(action, signal);
      case 'patch-object':
        return this.#patch(action, signal);
    }
  }

  #as(who: ActAs | undefined): KubeClient {
    return who === undefined ? this.#client : this.#client.as(who);
  }

  async #hold({ object, finalizer }: ActionOf<'add-finalizer'>, signal: AbortSignal): Promise<Result<Applied>> {
    const { uid, ...reference } = object;
    const live = await this.#client.find(reference, signal);
    // Never add one to a terminating object: the API server refuses it, and nobody would remove it (E10).
    const isThere = live !== undefined && live.metadata.deletionTimestamp === undefined;
    if (!isThere || (uid !== undefined && live.metadata.uid !== uid)) {
      const what = `${object.kind} ${object.name} in namespace ${object.namespace}`;
      return fail('waiting', 'Deleting', `${what} is being deleted, or is gone: nothing is begun for it`);
    }
    const before = live.metadata.finalizers ?? [];
    if (before.includes(finalizer)) return ok({ state: 'done', object: live });
    return ok(await this.#write(reference, live, [...before, finalizer], signal));
  }

  async #letGo({ object, finalizer }: ActionOf<'remove-finalizer'>, signal: AbortSignal): Promise<Applied> {
    const live = await this.#client.find(object, signal);
    if (live === undefined) return { state: 'done' };
    const before = live.metadata.finalizers ?? [];
    if (!before.includes(finalizer)) return { state: 'done', object: live };
    const left = before.filter((item) => item !== finalizer);
    return this.#write(object, live, left, signal);
  }

  async #write(reference: ObjectRef, live: KubeObject, finalizers: string[], signal: AbortSignal): Promise<Applied> {
    const metadata = { resourceVersion: live.metadata.resourceVersion, finalizers };
    return { state: 'done', object: await this.#client.patch(reference, 'merge', { metadata }, {}, signal) };
  }

  async #apply(action: ActionOf<'apply-object'>, signal: AbortSignal): Promise<Applied> {
    const reference = refOf(action.object);
    const options = { fieldManager, force: action.force };
    const object = await this.#as(action.actAs).patch(reference, 'apply', action.object, options, signal);
    return { state: 'done', object };
  }

  /** What others have made under its name is never taken over. */
  async #applyOwned(action: ActionOf<'apply-object'>, signal: AbortSignal): Promise<Result<Applied>> {
    const { object } = action;
    const client = this.#as(action.actAs);
    const live = await client.find(refOf(object), signal);
    if (live === undefined) return ok({ state: 'done', object: await client.create(object, signal) });
    const [owner, other] = [controllerOf(object), controllerOf(live)];
    if (owner?.uid === other?.uid) {
      const metadata = { ...object.metadata, uid: live.metadata.uid ?? '' };
      return ok(await this.#apply({ ...action, object: { ...object, metadata } }, signal));
    }
    const { kind, metadata } = object;
    const whose = other === undefined ? 'not its own' : `that of ${other.kind} ${other.name}`;
    const message = `${kind} ${metadata.name} in namespace ${metadata.namespace}, which ${owner?.kind} ${owner?.name} needs, is ${whose}: rename or remove it`;
    return fail('invalid', 'Conflict', message, takenRetryMs);
  }

  async #create(object: KubeObject, signal: AbortSignal): Promise<Applied> {
    try {
      return { state: 'done', object: await this.#client.create(object, signal) };
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      const { metadata } = object;
      const live = await this.#client.get(refOf(object), signal);
      // The one that we made, when we were stopped before we heard of it; nobody else gives it the same annotations.
      const { annotations = {} } = metadata;
      const isSame = Object.entries(annotations).every(([key, value]) => live.metadata.annotations?.[key] === value);
      if (!isSame) throw error;
      return { state: 'done', object: live };
    }
  }

  async #replace(object: KubeObject, signal: AbortSignal): Promise<Applied> {
    const reference = refOf(object);
    try {
      return { state: 'done', object: await this.#client.create(object, signal) };
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
    const { metadata: live } = await this.#client.get(reference, signal);
    const { labels, annotations } = object.metadata;
    const operations = [
      { op: 'test', path: '/metadata/resourceVersion', value: live.resourceVersion },
      { op: 'add', path: '/metadata/labels', value: { ...live.labels, ...labels } },
      { op: 'add', path: '/metadata/annotations', value: { ...live.annotations, ...annotations } },
      { op: 'add', path: '/spec', value: object['spec'] },
    ];
    return { state: 'done', object: await this.#client.patch(reference, 'json', operations, {}, signal) };
  }

  async #patch({ object, patch }: ActionOf<'patch-object'>, signal: AbortSignal): Promise<Applied> {
    return { state: 'done', object: await this.#client.patch(object, 'merge', patch, {}, signal) };
  }

  async #delete(action: ActionOf<'delete-object'>, signal: AbortSignal): Promise<Applied> {
    const propagation = action.propagation ?? 'Background';
    try {
      const precondition = action.uid === undefined ? {} : { uid: action.uid };
      await this.#as(action.actAs).delete(action.object, { propagation, ...precondition }, signal);
      return { state: 'pending' };
    } catch (error) {
      // Its kind may be gone, too.
      if (isNotFound(error)) return { state: 'done' };
      if (action.uid !== undefined && isConflict(error)) return { state: 'done' };
      throw error;
    }
  }
}

const verbs = {
  'add-finalizer': 'adding the finalizer to',
  'remove-finalizer': 'removing the finalizer from',
  'apply-object': 'applying',
  'create-object': 'creating',
  'replace-object': 'writing',
  'delete-object': 'deleting',
  'patch-object': 'patching',
} as const;
