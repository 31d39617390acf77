import type { KubeObject } from '../../src/core/resource.ts';
import { Reflector } from '../../src/kube/reflector/reflector.ts';
import { FaultProxy } from './fault-proxy.ts';
import type { Shop } from './shop.ts';

type Json = Readonly<Record<string, unknown>>;
const apiVersion = 'alustan.io/v1alpha1';
const controllerNamespace = 'alustan';

/** What tests read of a status. */
export type Status = Readonly<{
  state?: string;
  message?: string;
  observedGeneration?: number;
  conditions?: readonly Readonly<{ type: string; status: string; reason: string; message: string }>[];
  problems?: readonly Readonly<{ file: string; line?: number; message: string }>[];
}>;

export function statusOf(object: KubeObject | undefined): Status {
  return (object?.['status'] ?? {}) as Status;
}

export function reasonOf(object: KubeObject | undefined): string | undefined {
  return statusOf(object).conditions?.find(({ type }) => type === 'Ready')?.reason;
}

/**
 * A namespace with a workspace of its own and one delivered Service `app`, whose git server and registry stand behind a
 * proxy that can be told to fail.
 */
export class Lane {
  readonly shop: Shop;
  readonly name: string;
  readonly proxy: FaultProxy;

  private constructor(shop: Shop, name: string, proxy: FaultProxy) {
    this.shop = shop;
    this.name = name;
    this.proxy = proxy;
  }

  /** The namespace and the proxy, nothing delivered. */
  static async prepare(shop: Shop, name: string): Promise<Lane> {
    const lane = new Lane(shop, name, await FaultProxy.start(shop.local.endpoints.http));
    await shop.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    return lane;
  }

  static async open(shop: Shop, name: string): Promise<Lane> {
    const lane = await Lane.prepare(shop, name);
    await lane.clusterSecret(name, { WORD: 'hello' });
    await lane.service('app', lane.spec());
    await lane.settled('Completed', 'Delivered');
    return lane;
  }

  /** The spec of `app`: chart and image are there, all placeholders are known. */
  spec(): Json {
    return {
      workspace: this.name,
      source: {
        repoURL: `http://${this.proxy.host}/git/bad-input.git`,
        path: 'charts/good',
        targetRevision: 'main',
        values: { image: `${this.image}:1.0.0`, word: '${workspace.WORD}' },
      },
      containerRegistry: { provider: 'docker', imageName: this.image, semanticVersion: '>=1.0.0' },
    };
  }

  get image(): string {
    return `${this.proxy.host}/bad-input/app`;
  }

  async clusterSecret(name: string, data: Readonly<Record<string, string>>): Promise<void> {
    const labels = { 'alustan.io/secret-type': 'cluster', environment: this.name };
    const metadata = { name, namespace: controllerNamespace, labels };
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata, data: encoded(data) };
    await this.shop.client.patch(secretRef(name), 'apply', secret, { fieldManager: 'test', force: true });
  }

  /** A Secret of the lane's own namespace. */
  async secret(name: string, data: Readonly<Record<string, string>>): Promise<void> {
    const metadata = { name, namespace: this.name };
    await this.shop.client.create({ apiVersion: 'v1', kind: 'Secret', metadata, data: encoded(data) });
  }

  removeClusterSecret(name: string): Promise<void> {
    return this.shop.client.delete(secretRef(name));
  }

  async service(name: string, spec: Json): Promise<void> {
    await this.shop.client.create({ apiVersion, kind: 'Service', metadata: { name, namespace: this.name }, spec });
  }

  async repository(name: string, spec: Json): Promise<void> {
    await this.shop.client.create({ apiVersion, kind: 'Repository', metadata: { name, namespace: this.name }, spec });
  }

  async setSpec(spec: Json): Promise<void> {
    const body = [{ op: 'replace', path: '/spec', value: spec }];
    await this.shop.client.patch(this.ref('Service', 'app'), 'json', body);
  }

  ref(kind: string, name: string, version = apiVersion) {
    return { apiVersion: version, kind, namespace: this.name, name };
  }

  remove(kind: string, name: string): Promise<void> {
    return this.shop.client.delete(this.ref(kind, name));
  }

  async gone(kind: string, name: string): Promise<void> {
    await this.shop.until(kind, name, (object) => object === undefined, apiVersion, this.name);
  }

  /** The object once its status speaks of its present generation, with this state, this reason and these words. */
  async settled(
    state: string,
    reason: string,
    name = 'app',
    kind = 'Service',
    words: readonly string[] = [],
  ): Promise<KubeObject> {
    const isSettled = (object: KubeObject | undefined) => {
      const status = statusOf(object);
      const isCurrent = status.observedGeneration === object?.metadata.generation;
      const says = words.every((word) => status.message?.includes(word));
      return isCurrent && status.state === state && reasonOf(object) === reason && says;
    };
    const found = await this.shop.until(kind, name, isSettled, apiVersion, this.name);
    if (found === undefined) throw new Error(`${kind} ${name} is gone`);
    return found;
  }

  /** An Event of the object with this reason and all these words; it is sent after the status is written. */
  async event(reason: string, words: readonly string[], name = 'app', kind = 'Service'): Promise<KubeObject> {
    const isWanted = (event: KubeObject) => {
      const about = event['involvedObject'] as { kind?: string; name?: string } | undefined;
      const isOurs = event['reason'] === reason && about?.kind === kind && about.name === name;
      return isOurs && words.every((word) => String(event['message']).includes(word));
    };
    const events = await this.until('v1', 'Event', (all) => all.some(isWanted));
    return events.find(isWanted) as KubeObject;
  }

  /** All objects of a kind in this namespace, once they satisfy `when`. */
  async until(version: string, kind: string, when: (all: KubeObject[]) => boolean): Promise<KubeObject[]> {
    const type = { apiVersion: version, kind };
    const reflector = new Reflector({ client: this.shop.client, type, namespace: this.name });
    try {
      return await new Promise((resolve, reject) => {
        const seen = () => JSON.stringify(reflector.list(), undefined, 1);
        const timer = setTimeout(() => reject(new Error(`${kind} in ${this.name}: ${seen()}`)), 90_000);
        const look = () => {
          if (!when(reflector.list())) return;
          clearTimeout(timer);
          resolve(reflector.list());
        };
        reflector.start().synced.then(() => {
          reflector.onChange(look);
          look();
        }, reject);
      });
    } finally {
      await reflector.stop();
    }
  }

  /** The object that `app` delivers. */
  async workload(name = 'app'): Promise<KubeObject> {
    return this.shop.client.get(this.ref('ConfigMap', name, 'v1'));
  }

  close(): void {
    this.proxy.close();
  }
}

function encoded(data: Readonly<Record<string, string>>): Json {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
}

function secretRef(name: string) {
  return { apiVersion: 'v1', kind: 'Secret', namespace: controllerNamespace, name };
}

/** Lanes that tests borrow and give back, so that a table needs a few deliveries only, not one a row. */
export class Lanes {
  readonly #shop: Shop;
  readonly #free: Lane[] = [];
  readonly #all: Promise<Lane>[] = [];

  constructor(shop: Shop) {
    this.#shop = shop;
  }

  /** Runs `work` on a lane in its first state; a lane that `work` has failed on is not used again. */
  async borrow<T>(work: (lane: Lane) => Promise<T>): Promise<T> {
    const lane = this.#free.pop() ?? (await this.#open());
    const result = await work(lane);
    this.#free.push(lane);
    return result;
  }

  async close(): Promise<void> {
    for (const lane of await Promise.allSettled(this.#all)) if (lane.status === 'fulfilled') lane.value.close();
  }

  #open(): Promise<Lane> {
    const lane = Lane.open(this.#shop, `lane-${this.#all.length + 1}`);
    this.#all.push(lane);
    return lane;
  }
}
