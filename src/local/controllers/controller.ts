import { controllerOf, type KubeObject } from '../../core/resource.ts';
import type { ResourceType } from '../../kube/client.ts';
import { act } from '../cluster/act.ts';
import type { Action, Decision } from '../cluster/action.ts';
import { Loop } from '../cluster/loop.ts';
import { nameOf } from '../cluster/shelf.ts';
import type { World } from '../cluster/world.ts';

type Kind = Pick<ResourceType, 'apiVersion' | 'kind'>;

/** A controller: what it looks after, what else wakes it, and its pure plan. */
export type Wiring<T extends KubeObject> = Readonly<{
  /** Source of its events. */
  name: string;
  kind: Kind;
  /** Kinds whose objects it makes: a change of one wakes its controller, and an orphan wakes all of the namespace. */
  makes?: readonly Kind[];
  /** Other kinds that wake it, and whom. */
  wakes?: readonly Readonly<{ kind: Kind; keys: (object: KubeObject, world: World) => readonly string[] }>[];
  plan: (object: T, world: World, now: Date) => Decision;
  /** What is to be done when the object is no more, where owner references do not do it. */
  gone?: (name: Readonly<{ namespace?: string; name: string }>, world: World) => readonly Action[];
}>;

export type Running = Readonly<{ close(): Promise<void> }>;

const none = { metadata: { name: '' } };

/** Runs a controller on the shared copies of its kinds. */
export function runController<T extends KubeObject>(world: World, wiring: Wiring<T>): Running {
  const shelf = world.shelf<T>(wiring.kind);
  const related = [...(wiring.makes ?? []), ...(wiring.wakes ?? []).map(({ kind }) => kind)];
  const shelves = related.map((kind) => world.shelf(kind));
  const loop = new Loop({
    name: wiring.name,
    log: world.log,
    handle: async (key) => {
      await Promise.all([shelf, ...shelves].map(({ reflector }) => reflector.synced));
      const object = shelf.get(split(key));
      if (object === undefined) {
        await act(world, wiring.gone?.(split(key), world) ?? [], wiring.name);
        return undefined;
      }
      const { actions, againMs } = wiring.plan(object, world, new Date());
      await act(world, actions, wiring.name);
      return againMs;
    },
  });
  const stops = [
    shelf.onChange((before, after) => loop.ring(nameOf((after ?? before ?? none).metadata))),
    ...(wiring.makes ?? []).map((kind) => wakeOwners(world, wiring.kind, kind, loop)),
    ...(wiring.wakes ?? []).map(({ kind, keys }) =>
      world.shelf(kind).onChange((before, after) => {
        for (const object of [before, after]) if (object) for (const key of keys(object, world)) loop.ring(key);
      }),
    ),
  ];
  return {
    async close() {
      for (const stop of stops) stop();
      await loop.close();
    },
  };
}

function wakeOwners(world: World, owners: Kind, made: Kind, loop: Loop): () => void {
  return world.shelf(made).onChange((before, after) => {
    for (const object of [before, after]) {
      if (object === undefined) continue;
      const { namespace = '' } = object.metadata;
      const owner = controllerOf(object);
      if (owner?.kind === owners.kind && owner.apiVersion === owners.apiVersion)
        loop.ring(`${namespace}/${owner.name}`);
      else if (owner === undefined && object === after) {
        for (const one of world.shelf(owners).in(namespace)) loop.ring(nameOf(one.metadata));
      }
    }
  });
}

function split(key: string): { namespace?: string; name: string } {
  const slash = key.indexOf('/');
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
