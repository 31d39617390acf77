import type { Blocker } from '../api/service-status.ts';
import { formatDuration } from '../core/duration.ts';
import { type BaseDraft, end, report, waitingSince, warn } from './draft.ts';
import type { Peer } from './facts.ts';
import { type Node, needs, nodeName, ownCycle } from './peers.ts';

type Blocking = Readonly<{ blockedBy?: Blocker[] | undefined; blockedByMore?: number | undefined }>;

/** A draft of a kind that has dependencies. */
type Draft = BaseDraft &
  Readonly<{
    object: Node;
    facts: Readonly<{ peers: readonly Peer[]; settings: Readonly<{ dependencyTimeoutMs: number }> }>;
    report: Blocking;
  }>;

const reason = 'DependencyNotReady';
/** Blockers in status. */
const listed = 10;
/** Names in the message. */
const told = 4;

/** E8: only the members of a cycle are in error; who waits for one of them waits. */
export function refuseCycle<D extends Draft>(draft: D): D {
  const cycle = ownCycle(draft.object, draft.facts.peers);
  if (cycle === undefined) return draft;
  const what = cycle.length === 2 ? `${cycle[0]} depends on itself` : `cycle ${tellCycle(cycle)}`;
  return end(draft, 'invalid', 'DependencyCycle', `spec.dependencies: ${what}; remove one of these dependencies`);
}

/** Where it goes round far away only its ends are told. */
function tellCycle(cycle: readonly string[]): string {
  const ends = [...cycle.slice(0, told), `(${cycle.length - 2 * told} more)`, ...cycle.slice(-told)];
  return (cycle.length > 2 * told ? ends : cycle).join(' → ');
}

/** E8: what this object depends on is delivered at its current revision and healthy, before a Job may run. */
export function awaitDependencies<D extends Draft>(draft: D): D {
  const peers = new Map(draft.facts.peers.map((peer) => [nodeName(peer.kind, peer.name), peer]));
  const direct = needs(draft.object.spec).filter((node) => !isDelivered(peers.get(node)));
  if (direct.length === 0) return draft;
  const all = chain(direct, peers);
  const since = waitingSince(draft, reason);
  const until = plannedUntil(draft, all, peers);
  const waiting = { reason, since, ...(until === undefined ? {} : { until }) };
  const next = report(draft, { waiting, ...blocking(all, peers) });
  const missing = direct.filter((node) => !peers.has(node));
  const remedy = missing.length === 0 ? '' : `; ${tellMissing(missing)}`;
  const message = `Waiting for dependencies: ${tellAll(direct, all.length, peers)}, since ${since}`;
  const limit = draft.facts.settings.dependencyTimeoutMs;
  const begin = until !== undefined && until > since ? until : since;
  const left = Date.parse(begin) + limit - draft.now.getTime();
  if (left > 0) return end(next, 'waiting', reason, `${message}${remedy}`, left);
  return end(
    next,
    'transient',
    'DependencyTimeout',
    `${message}, which is longer than ${formatDuration(limit)}${remedy}`,
  );
}

/** A wait whose end is known, as for a maintenance window, is as it should be: too long is counted from its end. */
function plannedUntil({ before: { waiting }, now }: Draft, all: readonly string[], peers: ReadonlyMap<string, Peer>) {
  const planned = all.flatMap((node) => peers.get(node)?.until ?? []);
  const last = waiting?.reason === reason ? waiting.until : undefined;
  if (planned.length > 0 || last === undefined) return planned.sort().at(-1);
  // Nobody waits for a window any more: where it has not opened yet, a person has let it through, or taken it away.
  return Date.parse(last) > now.getTime() ? now.toISOString() : last;
}

/** A name that was mistyped in what is delivered already holds nothing up yet, but will hold up its next delivery. */
export function warnOfMissing<D extends Draft>(draft: D): D {
  const peers = new Set(draft.facts.peers.map((peer) => nodeName(peer.kind, peer.name)));
  const missing = needs(draft.object.spec).filter((node) => !peers.has(node));
  if (missing.length === 0) return draft;
  const message = `${tellMissing(missing)}; the next change waits for it`;
  return warn(draft, { reason: 'DependencyMissing', message });
}

/** Whoever mistyped a name waits for ever: of which kind what is missing must be is said, too. */
function tellMissing(missing: readonly string[]): string {
  const names = missing.slice(0, told).map((node) => node.replace('/', ' '));
  return `there is no ${names.join(' and no ')} in this namespace: create it, or correct spec.dependencies`;
}

function isDelivered(peer: Peer | undefined): boolean {
  if (peer === undefined || peer.deleting || peer.inputsMoved === true) return false;
  return peer.ready && peer.observedGeneration === peer.generation;
}

/** All that blocks, nearest first, each once. */
function chain(direct: readonly string[], peers: ReadonlyMap<string, Peer>): string[] {
  const nodes = new Set(direct);
  // A Set visits what is added to it on the way.
  for (const node of nodes) for (const next of unmet(node, peers)) nodes.add(next);
  return [...nodes];
}

/** What holds a dependency up in its turn. */
function unmet(node: string, peers: ReadonlyMap<string, Peer>): string[] {
  const peer = peers.get(node);
  return peer === undefined ? [] : needs(peer).filter((next) => !isDelivered(peers.get(next)));
}

/** The whole of a long chain in the status of each of its members would grow with its square. */
function blocking(all: readonly string[], peers: ReadonlyMap<string, Peer>): Blocking {
  const blockedBy = all.slice(0, listed).map((node) => blocker(node, peers.get(node)));
  return all.length > listed ? { blockedBy, blockedByMore: all.length - listed } : { blockedBy };
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

/** Of several dependencies each, of one the way to what holds it up: never more than `told` names. */
function tellAll(direct: readonly string[], count: number, peers: ReadonlyMap<string, Peer>): string {
  const length = Math.max(1, Math.floor(told / direct.length));
  const paths = direct.slice(0, told).map((node) => path(node, length, peers));
  const more = count - new Set(paths.flat()).size;
  const text = paths.map((nodes) => nodes.map((node) => name(node, peers)).join(', which waits for ')).join(', ');
  return more > 0 ? `${text}, and ${more} more` : text;
}

/** Down from a dependency, along the first of each that is not there yet. */
function path(node: string, length: number, peers: ReadonlyMap<string, Peer>): string[] {
  const nodes = [node];
  for (let next = unmet(node, peers)[0]; next !== undefined && nodes.length < length; ) {
    nodes.push(next);
    next = unmet(next, peers).find((other) => !nodes.includes(other));
  }
  return nodes;
}

/** `api-service (Progressing)`: the message of a dependency is left to its own status. */
function name(node: string, peers: ReadonlyMap<string, Peer>): string {
  const peer = peers.get(node);
  const until = peer?.until === undefined ? '' : ` until ${peer.until}`;
  return `${node.slice(node.indexOf('/') + 1)} (${stateOf(peer)}${until})`;
}
