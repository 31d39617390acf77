import type { Clock } from '../core/clock.ts';
import type { Access } from './access/access.ts';
import { type InCluster, inClusterAccess } from './access/in-cluster.ts';
import type { ResourceType, WatchingClient } from './client.ts';
import { builtIn, Discovery } from './discovery.ts';
import type { Guard } from './guarding.ts';
import { RestClient } from './rest-client.ts';
import { Transport } from './transport.ts';

/** Exactly one way in, and how to behave there. */
export type ConnectOptions = Readonly<{
  kubeconfigPath?: string;
  /** A kubeconfig's text, for example from a cluster Secret: no plugin and no file of this machine is used for it. */
  kubeconfig?: string;
  /** Of the kubeconfig; default its current-context. */
  context?: string;
  inCluster?: InCluster;
  userAgent: string;
  /** Requests a second, and at once; both for all identities together. */
  qps?: number;
  burst?: number;
  /** Milliseconds that the server may take to begin its answer, and between two pieces of it; default 30,000. */
  timeoutMs?: number;
  /** Counts requests: see TransportOptions. */
  requested?: (method: string, status: number, ms: number) => void;
  clock?: Clock;
  /** Kinds whose plural need not be asked for, besides the built-in ones. */
  knownTypes?: readonly ResourceType[];
}>;

export type Connection = Readonly<{
  client: WatchingClient;
  /** The same over connections and limits of its own: for leases, which must not wait behind anything. */
  urgent: WatchingClient;
  /** The same, whose writes need the guard's consent; reads and watches pass. */
  guarded(guard: Guard): WatchingClient;
  server: string;
  /** Of the context or pod; `default` where neither says. */
  namespace: string;
  /** Ends all requests and watches. */
  close(): Promise<void>;
}>;

/** Nothing is sent yet: a server that is not there shows with the first request. Rejects when the configuration is wrong. */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const access = await accessOf(options);
  const transport = new Transport(access, options);
  const beside = transport.beside();
  const known = [...builtIn, ...(options.knownTypes ?? [])];
  const discovery = new Discovery((path) => transport.send({ method: 'GET', path, idempotent: true }), known);
  return {
    client: new RestClient(transport, discovery),
    urgent: new RestClient(beside, discovery),
    guarded: (guard) => new RestClient(transport, discovery, { guard }),
    server: access.server,
    namespace: access.namespace ?? 'default',
    close: async () => {
      await Promise.all([transport.close(), beside.close()]);
    },
  };
}

async function accessOf({ kubeconfigPath, kubeconfig, context, inCluster }: ConnectOptions): Promise<Access> {
  if (inCluster !== undefined) return await inClusterAccess(inCluster);
  // Loaded here, not above: in a pod, in each runner Job above all, nobody reads YAML.
  const { kubeconfigAccess, parseKubeconfig } = await import('./access/kubeconfig.ts');
  if (kubeconfigPath !== undefined) return await kubeconfigAccess(kubeconfigPath, context);
  const named = context === undefined ? {} : { context };
  if (kubeconfig !== undefined)
    return parseKubeconfig(kubeconfig, { path: 'kubeconfig', selfContained: true, ...named });
  throw new Error('neither a kubeconfig nor a cluster around this process: name a kubeconfig file');
}
