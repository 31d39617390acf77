import type { ApiProxy, Asked, Fate } from './proxy.ts';
import type { Stage } from './stage.ts';

/** Begins to disturb; what it returns ends that. */
export type Fault = Readonly<{
  name: string;
  begin: (proxy: ApiProxy, stage: Stage) => () => Promise<void>;
  /** Whether Services are to be listed anew: a watch that is only cut goes on from its resourceVersion. */
  lists?: boolean;
}>;

/** Requests meet a fate, or none. */
const requests = (fate: (asked: Asked, count: number) => Fate | undefined) => (proxy: ApiProxy) => {
  let count = 0;
  proxy.fate = (asked) => fate(asked, count++) ?? 'passes';
  return async () => {
    proxy.fate = () => 'passes';
  };
};

const every = (ms: number, act: (proxy: ApiProxy) => void) => (proxy: ApiProxy) => {
  const timer = setInterval(() => act(proxy), ms);
  return async () => clearInterval(timer);
};

const third = (fate: Fate) => requests((_, count) => (count % 3 === 0 ? fate : undefined));

const restart = (component: 'etcd' | 'kube-apiserver', signal: NodeJS.Signals) => (_: ApiProxy, stage: Stage) => {
  const restarted = stage.plane.restart(component, signal);
  restarted.catch(() => {});
  return () => restarted;
};

/** What may happen between a controller and its API server. */
export const faults: readonly Fault[] = [
  { name: 'none, for comparison', begin: () => async () => {} },
  { name: 'all watches cut, every 300 ms', begin: every(300, (proxy) => proxy.cutWatches()), lists: false },
  { name: 'all watches expired (410), every 300 ms', begin: every(300, (proxy) => proxy.expireWatches()), lists: true },
  { name: '429 with `Retry-After: 1` to every third request', begin: third({ status: 429, retryAfter: 1 }) },
  { name: '500 to every third request', begin: third({ status: 500 }) },
  { name: '503 to everything', begin: requests(() => ({ status: 503 })) },
  { name: 'every answer 1 s late', begin: requests(() => ({ lateMs: 1000 })) },
  { name: 'connection reset before every third request', begin: third('broken') },
  {
    name: 'connection reset after every third write: done, but the answer lost',
    begin: requests(({ write }, count) => (write && count % 3 === 0 ? 'answer-lost' : undefined)),
  },
  { name: 'API server restarted (SIGTERM)', begin: restart('kube-apiserver', 'SIGTERM') },
  { name: 'API server killed (SIGKILL)', begin: restart('kube-apiserver', 'SIGKILL') },
  { name: 'etcd restarted (SIGTERM)', begin: restart('etcd', 'SIGTERM') },
  { name: 'etcd killed (SIGKILL)', begin: restart('etcd', 'SIGKILL') },
];
