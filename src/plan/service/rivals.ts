import type { ServiceObject } from '../../api/service.ts';
import type { Peer } from '../facts.ts';
import type { ServiceFacts } from './facts.ts';

/** The Service that owns the release this one wants, when that is another: the older one (creation, then uid). */
export function releaseOwner(object: ServiceObject, { peers }: Pick<ServiceFacts, 'peers'>): Peer | undefined {
  const { creationTimestamp, uid } = object.metadata;
  const age = (item: Pick<Peer, 'creationTimestamp' | 'uid'>) => `${item.creationTimestamp} ${item.uid}`;
  const rivals = peers.filter((peer) => peer.releaseName === object.spec.source.releaseName);
  const [oldest] = rivals.sort((a, b) => (age(a) < age(b) ? -1 : 1));
  return oldest !== undefined && age(oldest) < age({ creationTimestamp, uid }) ? oldest : undefined;
}
