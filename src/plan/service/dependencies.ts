import type { Blocker } from '../../api/service-status.ts';
import { formatDuration } from '../../core/duration.ts';
import { type Draft, end, report, waitingSince } from './draft.ts';
import type { Peer } from './facts.ts';
import { needs, nodeName, ownCycle } from './peers.ts';

const reason = 'DependencyNotReady';

/** E8: only the members of a cycle are in error; who waits for one of them waits. */
export function refuseCycle(draft: Draft): Draft {
  const cycle = ownCycle(draft.object, draft.facts.peers);
  if (cycle === undefined) return draft;
  const what = cycle.length === 2 ? `${cycle[0]} depends on itself` : `cycle ${cycle.join(' → ')}`;
  return end(draft, 'invalid', 'DependencyCycle', `spec.dependencies: ${what}; remove one of these dependencies`);
}

/** E8: what this Service depends on is delivered at its current revision and healthy, before a Job may run. */
export function awaitDependencies(draft: Draft): Draft {
  const peers = new Map(draft.facts.peers.map((peer) => [nodeName(peer.kind, peer.name), peer]));
  const direct = needs(draft.object.spec).filter((node) => !isDelivered(peers.get(node)));
  if (direct.length === 0) return draft;
  const since = waitingSince(draft, reason);
  const next = report(draft, { waiting: { reason, since }, blockedBy: chain(direct, peers) });
  const message = `Waiting for dependencies: ${direct.map((node) => tell(node, peers)).join(', ')}, since ${since}`;
  const limit = draft.facts.settings.dependencyTimeoutMs;
  const left = Date.parse(since) + limit - draft.now.getTime();
  if (left > 0) return end(next, 'waiting', reason, message, left);
  return end(next, 'transient', 'DependencyTimeout', `${message}, which is longer than ${formatDuration(limit)}`);
}

function isDelivered(peer: Peer | undefined): boolean {
  if (peer === undefined || peer.deleting || peer.inputsMoved === true) return false;
  return peer.ready && peer.observedGeneration === peer.generation;
}

/** All that blocks, nearest first, each once. */
function chain(direct: readonly string[], peers: ReadonlyMap<string, Peer>): Blocker[] {
  const nodes = new Set(direct);
  // A Set visits what is added to it on the way.
  for (const node of nodes) {
    const peer = peers.get(node);
    for (const next of peer === undefined ? [] : needs(peer)) if (!isDelivered(peers.get(next))) nodes.add(next);
  }
  return [...nodes].map((node) => blocker(node, peers.get(node)));
}

function blocker(node: string, peer: Peer | undefined): Blocker {
  const [kind = '', name = ''] = node.split('/');
  const { message, since } = peer ?? {};
  return {
    kind,
    name,
    state: stateOf(peer),
    ...(message === undefined ? {} : { message }),
    ...(since === undefined ? {} : { since }),
  };
}

function stateOf(peer: Peer | undefined): string {
  if (peer === undefined) return 'Missing';
  if (peer.deleting) return 'Deleting';
  // Its status speaks of what it was before its spec, chart or image changed.
  if (peer.ready) return 'Outdated';
  return peer.state ?? 'New';
}

/** `api-service (Progressing), which waits for db (Failed)`: the message of a dependency is left to its own status. */
function tell(node: string, peers: ReadonlyMap<string, Peer>): string {
  const seen = new Set([node]);
  let text = name(node, peers);
  for (let at: string | undefined = node; at !== undefined; ) {
    const peer = peers.get(at);
    at = (peer === undefined ? [] : needs(peer)).find((next) => !isDelivered(peers.get(next)) && !seen.has(next));
    if (at === undefined) continue;
    seen.add(at);
    text += `, which waits for ${name(at, peers)}`;
  }
  return text;
}

function name(node: string, peers: ReadonlyMap<string, Peer>): string {
  return `${node.slice(node.indexOf('/') + 1)} (${stateOf(peers.get(node))})`;
}
