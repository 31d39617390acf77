import type { KubeObject } from '../../core/resource.ts';
import type { Action } from './action.ts';
import { ownerReference } from './pods.ts';
import type { Container, Pod, PodStatus } from './types.ts';

/** Builders of objects for tests. */

export const now = new Date('2026-01-01T00:01:00Z');

/** RFC 3339, `seconds` before `now`. */
export function ago(seconds: number): string {
  return new Date(now.getTime() - seconds * 1000).toISOString().replace('.000', '');
}

let serial = 0;

export function meta(name: string, more: Partial<Pod['metadata']> = {}): Pod['metadata'] {
  serial += 1;
  return { name, namespace: 'shop', uid: `uid-${name}-${serial}`, creationTimestamp: ago(30), generation: 1, ...more };
}

export function pod(
  name: string,
  more: { meta?: Partial<Pod['metadata']>; spec?: Partial<Pod['spec']>; status?: PodStatus } = {},
): Pod {
  const containers: Container[] = [{ name: 'main', image: 'nginx:1' }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: meta(name, more.meta),
    spec: { containers, nodeName: 'local', ...more.spec },
    status: more.status ?? { phase: 'Pending' },
  };
}

export function readyStatus(since = ago(20)): PodStatus {
  return {
    phase: 'Running',
    podIP: '10.244.0.9',
    conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: since }],
  };
}

/** A pod as its controller would make it, ready when asked. */
export function podOf(
  owner: KubeObject,
  name: string,
  ready: boolean,
  labels: Record<string, string> = { app: 'web' },
): Pod {
  const metadata = { labels, ownerReferences: [ownerReference(owner)] };
  return pod(name, { meta: metadata, status: ready ? readyStatus() : { phase: 'Pending' } });
}

/** Actions as short lines, events left out: what a reader of a table wants to see. */
export function brief(actions: readonly Action[]): string[] {
  return actions
    .filter((action) => action.do !== 'event')
    .map((action) => `${action.do} ${action.object.kind} ${action.object.metadata.name}`);
}

/** The status that a decision writes; undefined when it writes none. */
export function statusIn<T>(actions: readonly Action[]): T | undefined {
  const found = actions.find((action) => action.do === 'status');
  return found?.do === 'status' ? (found.status as T) : undefined;
}
