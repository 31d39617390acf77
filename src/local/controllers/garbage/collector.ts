import { trueCondition } from '../../../core/condition.ts';
import type { KubeObject, OwnerReference } from '../../../core/resource.ts';
import { isNotFound } from '../../../kube/client.ts';
import { act } from '../../cluster/act.ts';
import { discover, type Resource } from '../../cluster/discover.ts';
import { kinds } from '../../cluster/kinds.ts';
import { Loop } from '../../cluster/loop.ts';
import type { World } from '../../cluster/world.ts';
import type { Running } from '../controller.ts';
import { Graph, ownersOf } from './graph.ts';
import { hasFinalizer, type OwnerState, orphan, planDependent, planOwner, waitsForDependents } from './plan.ts';

/** Events own nothing and are owned by nothing; they are the most of all objects. */
const ignored = new Set(['v1/Event', 'events.k8s.io/v1/Event']);

/** Milliseconds until an owner that was found by asking, not by a watch, is looked for again. */
const unseenMs = 500;

/** Deletes objects whose owners are gone, of all kinds, custom ones included, and carries out foreground and orphan deletions. */
export async function collectGarbage(world: World): Promise<Running> {
  const collector = new Collector(world);
  await collector.start();
  return collector;
}

class Collector {
  readonly #world: World;
  readonly #graph = new Graph();
  readonly #watched = new Map<string, () => void>();
  readonly #loop: Loop;
  #unwatchDefinitions = (): void => {};

  constructor(world: World) {
    this.#world = world;
    this.#loop = new Loop({ name: 'garbage-collector', log: world.log, handle: (uid) => this.#handle(uid) });
  }

  async start(): Promise<void> {
    const definitions = this.#world.shelf(kinds.crd);
    await definitions.reflector.synced;
    await this.#watchAll();
    this.#unwatchDefinitions = definitions.onChange((before, after) => {
      if (established(before) !== established(after)) this.#loop.ringAfter('', 50);
    });
  }

  async close(): Promise<void> {
    this.#unwatchDefinitions();
    for (const stop of this.#watched.values()) stop();
    await this.#loop.close();
  }

  async #handle(uid: string): Promise<undefined> {
    if (uid === '') return await this.#watchAll();
    const object = this.#graph.get(uid);
    if (object === undefined) return undefined;
    const dependents = this.#graph.dependents(uid);
    const states = new Map<string, OwnerState>();
    for (const reference of object.metadata.ownerReferences ?? []) {
      states.set(reference.uid, await this.#ownerState(object, reference));
    }
    // An owner that no watch has shown yet can go without a word: its kind is new, and is asked again until it is watched.
    const unseen = [...states].some(([owner, state]) => state === 'present' && this.#graph.get(owner) === undefined);
    if (unseen) this.#loop.ringAfter(uid, unseenMs);
    const actions = [...planOwner(object, dependents), ...planDependent(object, states, dependents.length > 0)];
    await act(this.#world, actions, 'garbage-collector');
    return undefined;
  }

  async #ownerState(object: KubeObject, { apiVersion, kind, name, uid }: OwnerReference): Promise<OwnerState> {
    const seen = this.#graph.get(uid);
    if (seen !== undefined) return waitsForDependents(seen) ? 'foreground' : 'present';
    try {
      const type = await this.#world.client.resourceType(apiVersion, kind);
      const { namespace = '' } = object.metadata;
      if (type.namespaced && namespace === '') return 'unknown';
      const owner = await this.#world.client.get({ apiVersion, kind, name, ...(type.namespaced ? { namespace } : {}) });
      return owner.metadata.uid === uid ? 'present' : 'absent';
    } catch (error) {
      if (!isNotFound(error)) throw error;
      return (error as { reason?: string }).reason === 'UnknownKind' ? 'unknown' : 'absent';
    }
  }

  /** Watches what there is to watch now. */
  async #watchAll(): Promise<undefined> {
    const found = (await discover(this.#world)).filter(
      (type) => type.verbs.includes('watch') && !ignored.has(keyOf(type)),
    );
    const keys = new Set(found.map(keyOf));
    for (const [key, stop] of this.#watched) {
      if (keys.has(key)) continue;
      stop();
      this.#watched.delete(key);
    }
    const fresh = found.filter((type) => !this.#watched.has(keyOf(type)));
    for (const type of fresh) this.#watch(type);
    await Promise.all(fresh.map((type) => this.#world.known(type)?.reflector.synced));
    return undefined;
  }

  #watch(type: Resource): void {
    const mine = this.#world.known(type) === undefined;
    const shelf = this.#world.shelf(type, true);
    const stop = shelf.onChange((before, after) => this.#changed(before, after));
    this.#watched.set(keyOf(type), () => {
      stop();
      for (const { metadata } of shelf.all()) this.#graph.remove(metadata.uid ?? '');
      if (mine) void this.#world.drop(type);
    });
  }

  #changed(before: KubeObject | undefined, after: KubeObject | undefined): void {
    if (before !== undefined && before.metadata.uid !== after?.metadata.uid) this.#gone(before);
    if (after === undefined) return;
    this.#graph.put(after);
    const uid = after.metadata.uid ?? '';
    if (ownersOf(after).length > 0) this.#loop.ring(uid);
    if (before !== undefined) for (const owner of ownersOf(before)) this.#loop.ring(owner);
    if (hasFinalizer(after, orphan)) this.#loop.ring(uid);
    if (!waitsForDependents(after)) return;
    this.#loop.ring(uid);
    for (const one of this.#graph.dependents(uid)) this.#loop.ring(one.metadata.uid ?? '');
  }

  #gone(object: KubeObject): void {
    const uid = object.metadata.uid ?? '';
    this.#graph.remove(uid);
    for (const one of this.#graph.dependents(uid)) this.#loop.ring(one.metadata.uid ?? '');
    for (const owner of ownersOf(object)) this.#loop.ring(owner);
  }
}

function keyOf({ apiVersion, kind }: Resource): string {
  return `${apiVersion}/${kind}`;
}

/** Changes when the kinds that a definition serves change. */
function established(definition: KubeObject | undefined): string {
  if (definition === undefined) return '';
  const { versions = [] } = (definition['spec'] ?? {}) as { versions?: { name: string; served: boolean }[] };
  return trueCondition(definition, 'Established') ? versions.map(({ name, served }) => `${name}${served}`).join() : '';
}
