import type { Log } from '../../core/log.ts';
import type { KubeObject } from '../../core/resource.ts';
import type { Access } from '../../kube/access/access.ts';
import { kubeconfigAccess } from '../../kube/access/kubeconfig.ts';
import type { ResourceType, WatchingClient } from '../../kube/client.ts';
import { builtIn, Discovery } from '../../kube/discovery.ts';
import { Reflector } from '../../kube/reflector/reflector.ts';
import { RestClient } from '../../kube/rest-client.ts';
import { Transport } from '../../kube/transport.ts';
import { Shelf } from './shelf.ts';

type Kind = Pick<ResourceType, 'apiVersion' | 'kind'>;

export type WorldOptions = Readonly<{ kubeconfigPath: string; log: Log; userAgent?: string }>;

/** The API and one shared copy of each kind that somebody in this process watches. */
export class World {
  readonly client: WatchingClient;
  readonly log: Log;
  readonly #access: Access;
  readonly #transport: Transport;
  readonly #shelves = new Map<string, Shelf>();
  readonly #goneHandlers = new Set<(object: KubeObject) => void>();

  private constructor(access: Access, transport: Transport, log: Log) {
    this.#access = access;
    this.#transport = transport;
    this.log = log;
    const discovery = new Discovery((path) => transport.send({ method: 'GET', path, idempotent: true }), builtIn);
    this.client = new RestClient(transport, discovery);
  }

  static async open(options: WorldOptions): Promise<World> {
    const access = await kubeconfigAccess(options.kubeconfigPath);
    const userAgent = options.userAgent ?? 'alustan-local';
    return new World(access, new Transport(access, { userAgent, qps: 2000, burst: 4000 }), options.log);
  }

  /** Any request, for what the client has no verb for: discovery, tokens, `finalize`. Rejects with `KubeError`. */
  async request(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<unknown> {
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    return JSON.parse(await this.#transport.send({ method, path, ...text, idempotent: method !== 'POST' }));
  }

  /** Where the API is and which authority vouches for it, for other clients. */
  async address(): Promise<{ server: string; ca: string | Buffer | undefined }> {
    return { server: this.#access.server, ca: (await this.#access.credentials()).tls.ca };
  }

  /** The copy of a kind; watching starts with the first call. `slim`: metadata only, unless somebody has the whole. */
  shelf<T extends KubeObject>(kind: Kind, slim = false): Shelf<T> {
    const key = keyOf(kind);
    const found = this.#shelves.get(key);
    if (found !== undefined) return found as Shelf<T>;
    const reflector = new Reflector({
      client: this.client,
      type: kind,
      indexers: { owner: (object) => (object.metadata.ownerReferences ?? []).map(({ uid }) => uid) },
      transform: slim ? metadataOnly : withoutManagedFields,
      log: this.log,
    });
    const shelf = new Shelf(reflector.start());
    this.#shelves.set(key, shelf);
    shelf.onChange((before, after) => {
      if (before !== undefined && after === undefined) for (const tell of this.#goneHandlers) tell(before);
    });
    return shelf as Shelf<T>;
  }

  /** The copy of a kind that somebody watches already. */
  known(kind: Kind): Shelf | undefined {
    return this.#shelves.get(keyOf(kind));
  }

  /** Told of every object of the watched kinds that is gone. Returns how to unsubscribe. */
  onGone(handler: (object: KubeObject) => void): () => void {
    this.#goneHandlers.add(handler);
    return () => this.#goneHandlers.delete(handler);
  }

  /** Stops watching a kind: its definition has gone. */
  async drop(kind: Kind): Promise<void> {
    const shelf = this.#shelves.get(keyOf(kind));
    this.#shelves.delete(keyOf(kind));
    await shelf?.reflector.stop();
  }

  /** When all that is watched now has been listed once. */
  async synced(): Promise<void> {
    await Promise.all([...this.#shelves.values()].map((shelf) => shelf.reflector.synced));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#shelves.values()].map((shelf) => shelf.reflector.stop()));
    await this.#transport.close();
  }
}

function keyOf({ apiVersion, kind }: Kind): string {
  return `${apiVersion}/${kind}`;
}

function withoutManagedFields(object: KubeObject): KubeObject {
  delete (object.metadata as { managedFields?: unknown }).managedFields;
  return object;
}

function metadataOnly({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  return withoutManagedFields({ apiVersion, kind, metadata });
}
