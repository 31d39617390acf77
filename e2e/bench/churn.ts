import { setTimeout as wait } from 'node:timers/promises';
import type { Api } from '../cluster/api.ts';
import { inParallel } from './stats.ts';

/** Requests under way at once at most: what is beyond the API server's speed is not sent. */
const parallel = 64;
const turnMs = 10;
/** Every so many updates, an object goes and another one comes. */
const replaceEvery = 50;

/** ConfigMaps as charts make them, which are changed all the time. */
export class Churn {
  readonly #api: Api;
  readonly #path: string;
  readonly #names: string[];
  #serial = 0;
  #next = 0;

  constructor(api: Api, namespace: string, count: number) {
    this.#api = api;
    this.#path = `/api/v1/namespaces/${namespace}/configmaps`;
    this.#names = Array.from({ length: count }, (_, index) => `config-${index}`);
  }

  async create(): Promise<void> {
    await inParallel(this.#names.length, parallel, (index) => this.#post(this.#names[index] as string));
  }

  /** Makes `perSecond` changes for so long, or as many as the API server can take; gives how many a second they were. */
  async run(perSecond: number, seconds: number): Promise<number> {
    const underWay = new Set<Promise<void>>();
    const startedAt = performance.now();
    const elapsed = () => (performance.now() - startedAt) / 1000;
    let done = 0;
    while (elapsed() < seconds) {
      while (done < elapsed() * perSecond && underWay.size < parallel) {
        done += 1;
        const change = this.#change(done).finally(() => underWay.delete(change));
        underWay.add(change);
      }
      await wait(turnMs);
    }
    await Promise.all(underWay);
    return done / elapsed();
  }

  /** What the API server has now: name → resource version. */
  async truth(): Promise<Record<string, string>> {
    type List = { items: { metadata: { name: string; resourceVersion: string } }[] };
    const { items } = await this.#api.json<List>('GET', this.#path);
    return Object.fromEntries(items.map(({ metadata }) => [metadata.name, metadata.resourceVersion]));
  }

  /** Round robin, so that no two changes of one object are under way at once. */
  async #change(count: number): Promise<void> {
    const index = this.#next++ % this.#names.length;
    const name = this.#names[index] as string;
    if (count % replaceEvery !== 0) {
      await this.#api.json('PUT', `${this.#path}/${name}`, this.#object(name));
      return;
    }
    this.#names[index] = `config-again-${count}`;
    await this.#api.json('DELETE', `${this.#path}/${name}`);
    await this.#post(this.#names[index]);
  }

  async #post(name: string): Promise<void> {
    await this.#api.json('POST', this.#path, this.#object(name));
  }

  #object(name: string): object {
    this.#serial += 1;
    const labels = {
      'app.kubernetes.io/name': name,
      'app.kubernetes.io/instance': name,
      'app.kubernetes.io/managed-by': 'Helm',
      'app.kubernetes.io/version': '1.4.2',
      'helm.sh/chart': 'shop-0.9.1',
    };
    const annotations = { 'meta.helm.sh/release-name': name, 'meta.helm.sh/release-namespace': 'bench' };
    const data = {
      LOG_LEVEL: 'info',
      DATABASE_URL: `postgres://db.bench.svc:5432/${name}`,
      FEATURES: 'checkout,search,recommendations',
      SERIAL: `${this.#serial}`,
    };
    return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels, annotations }, data };
  }
}
