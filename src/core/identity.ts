/**
 * Who holds the Lease: `POD_ID`, or `POD_ID_URL` where other replicas can reach its HTTP listener. The pod's name says
 * where it runs, the id tells a process from its forerunner in the same pod.
 */
export function identityOf(pod: string, id: string, url?: string): string {
  return [pod, id, ...(url === undefined ? [] : [url])].join('_');
}

/** URL of the listener of who has this identity, if it says one. */
export function urlOf(identity: string): string | undefined {
  const url = identity.split('_')[2];
  return url !== undefined && URL.canParse(url) ? url : undefined;
}
