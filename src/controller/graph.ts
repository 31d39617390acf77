import { isDeepStrictEqual } from 'node:util';
import { conditionOf } from '../core/condition.ts';
import { formatKey, type Key, keyOf, type Ring } from '../core/key.ts';
import type { KubeObject } from '../core/resource.ts';
import type { Caches } from './caches.ts';
import { isGoing, isGone } from './changes.ts';
import { dependenciesOf } from './peer-facts.ts';

/** Services and Terraforms: one graph of dependencies in each namespace. */
export type Graph = Pick<Caches, 'services' | 'terraforms'>;

type Status = { state?: string; observedGeneration?: number };

/** Index of both caches: objects by what they depend on. */
const byDependency = 'dependency';

/** The index that both caches need. */
export const graphIndexers = { [byDependency]: (object: KubeObject) => needed(object).map(formatKey) };

/** What an object depends on itself. */
function needed(object: KubeObject): Key[] {
  const { namespace = '' } = object.metadata;
  const { service, terraform } = dependenciesOf(object);
  const keys = (kind: string, names: readonly string[]) =>
    [...new Set(names)].map((name) => ({ kind, namespace, name }));
  return [...keys('Service', service), ...keys('Terraform', terraform)];
}

/** What depends on it itself. */
function dependentsOf({ services, terraforms }: Graph, key: Key): readonly KubeObject[] {
  return [services, terraforms].flatMap((cache) => [...cache.by(byDependency, formatKey(key))]);
}

/**
 * What the plan of one reads of the graph: all that it needs, near or far, and those that need it. Not all of the
 * namespace: a thousand objects would be looked at a thousand times.
 */
export function related(graph: Graph, self: KubeObject): Set<KubeObject> {
  const found = new Set<KubeObject>();
  const add = (object: KubeObject | undefined) => {
    if (object !== undefined && formatKey(keyOf(object)) !== formatKey(keyOf(self))) found.add(object);
  };
  const need = (object: KubeObject) => {
    for (const key of needed(object)) add((key.kind === 'Service' ? graph.services : graph.terraforms).get(key));
  };
  need(self);
  // A Set visits what is added to it on the way.
  for (const object of found) need(object);
  for (const dependent of dependentsOf(graph, keyOf(self))) add(dependent);
  return found;
}

/** True when what others look at has changed: existence, spec, deletion, state, readiness. Messages alone do not count. */
export function matters(before: KubeObject | undefined, after: KubeObject | undefined): boolean {
  return !isDeepStrictEqual(shown(before), shown(after));
}

function shown(object: KubeObject | undefined) {
  if (object === undefined) return undefined;
  const { uid, generation, deletionTimestamp } = object.metadata;
  const { state, observedGeneration } = (object['status'] ?? {}) as Status;
  const ready = conditionOf(object, 'Ready')?.status;
  return [uid, generation, deletionTimestamp !== undefined, state, observedGeneration, ready];
}

/**
 * Who must hear of a change: dependents; dependencies as they were and are; all that can be on a cycle with it. A
 * dependency that turns healthy wakes its dependents, a dependent that goes wakes what it depended on (E8, E9).
 */
export function neighbours(graph: Graph, before: KubeObject | undefined, after: KubeObject | undefined): Key[] {
  const self = after ?? before;
  if (self === undefined || !matters(before, after)) return [];
  const moved = before?.metadata.generation !== after?.metadata.generation;
  // What it depends on waits for its going only (E9): how it fares is nothing to them.
  const going = moved || isGoing(before, after) || isGone(before, after);
  const dependencies = going ? [before, after].flatMap((object) => (object === undefined ? [] : needed(object))) : [];
  return [...dependentsOf(graph, keyOf(self)).map(keyOf), ...dependencies, ...(moved ? upstream(graph, self) : [])];
}

/** Everything that depends on it, near or far: a changed edge may close or open a cycle anywhere among them. */
function upstream(graph: Graph, self: KubeObject): Key[] {
  const seen = new Map<string, Key>();
  const queue = [keyOf(self)];
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    for (const next of dependentsOf(graph, key).map(keyOf)) {
      if (seen.has(formatKey(next))) continue;
      seen.set(formatKey(next), next);
      queue.push(next);
    }
  }
  return [...seen.values()];
}

/** Rings what waits for this object. */
export function ringDependents(graph: Graph, key: Key, ring: Ring): void {
  for (const dependent of dependentsOf(graph, key)) ring(keyOf(dependent));
}
