import { cycleThrough, type Graph, reachable } from '../core/graph.ts';
import type { Dependencies, Peer } from './facts.ts';

/** What has a place in the graph of dependencies. */
export type Node = Readonly<{
  kind: string;
  metadata: Readonly<{ name: string }>;
  spec: Readonly<{ dependencies: Dependencies }>;
}>;

/** `Service/api-service`: Services and Terraforms share one graph. */
export function nodeName(kind: string, name: string): string {
  return `${kind}/${name}`;
}

export function needs(of: Pick<Peer, 'dependencies'>): string[] {
  return [
    ...of.dependencies.service.map((name) => nodeName('Service', name)),
    ...of.dependencies.terraform.map((name) => nodeName('Terraform', name)),
  ];
}

function graphOf(object: Node, peers: readonly Peer[]): Graph {
  return new Map([
    ...peers.map((peer) => [nodeName(peer.kind, peer.name), needs(peer)] as const),
    [nodeName(object.kind, object.metadata.name), needs(object.spec)] as const,
  ]);
}

/** The cycle of dependencies that this object is on, as names. */
export function ownCycle(object: Node, peers: readonly Peer[]): string[] | undefined {
  const cycle = cycleThrough(graphOf(object, peers), nodeName(object.kind, object.metadata.name));
  return cycle?.map((node) => node.slice(node.indexOf('/') + 1));
}

/**
 * Who holds the deletion of this object (E9): all that list it, terminating ones too. Not those on a cycle with it:
 * each would wait for the other for ever.
 */
export function dependentsOf(object: Node, peers: readonly Peer[]): Peer[] {
  const own = nodeName(object.kind, object.metadata.name);
  const below = reachable(graphOf(object, peers), own);
  return peers.filter((peer) => needs(peer).includes(own) && !below.has(nodeName(peer.kind, peer.name)));
}
