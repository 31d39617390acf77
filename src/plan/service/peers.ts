import type { ServiceObject } from '../../api/service.ts';
import { cycleThrough, type Graph, reachable } from '../../core/graph.ts';
import type { Peer, ServiceFacts } from './facts.ts';

/** `Service/api-service`: Services and Terraforms share one graph. */
export function nodeName(kind: Peer['kind'], name: string): string {
  return `${kind}/${name}`;
}

export function needs(of: Pick<Peer, 'dependencies'>): string[] {
  return [
    ...of.dependencies.service.map((name) => nodeName('Service', name)),
    ...of.dependencies.terraform.map((name) => nodeName('Terraform', name)),
  ];
}

export function graphOf(object: ServiceObject, peers: readonly Peer[]): Graph {
  return new Map([
    ...peers.map((peer) => [nodeName(peer.kind, peer.name), needs(peer)] as const),
    [nodeName('Service', object.metadata.name), needs(object.spec)] as const,
  ]);
}

/** The cycle of dependencies that this Service is on, as names. */
export function ownCycle(object: ServiceObject, peers: readonly Peer[]): string[] | undefined {
  const cycle = cycleThrough(graphOf(object, peers), nodeName('Service', object.metadata.name));
  return cycle?.map((node) => node.slice(node.indexOf('/') + 1));
}

/**
 * Who holds the deletion of this Service (E9): all that list it, terminating ones too. Not those on a cycle with it:
 * each would wait for the other for ever.
 */
export function dependentsOf(object: ServiceObject, peers: readonly Peer[]): Peer[] {
  const own = nodeName('Service', object.metadata.name);
  const below = reachable(graphOf(object, peers), own);
  return peers.filter((peer) => needs(peer).includes(own) && !below.has(nodeName(peer.kind, peer.name)));
}

/** The Service that owns the release this one wants, when that is another: the older one (creation, then uid). */
export function releaseOwner(object: ServiceObject, { peers }: Pick<ServiceFacts, 'peers'>): Peer | undefined {
  const { creationTimestamp, uid } = object.metadata;
  const age = (item: Pick<Peer, 'creationTimestamp' | 'uid'>) => `${item.creationTimestamp} ${item.uid}`;
  const rivals = peers.filter((peer) => peer.releaseName === object.spec.source.releaseName);
  const [oldest] = rivals.sort((a, b) => (age(a) < age(b) ? -1 : 1));
  return oldest !== undefined && age(oldest) < age({ creationTimestamp, uid }) ? oldest : undefined;
}
