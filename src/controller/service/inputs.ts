import type { ServiceObject } from '../../api/service.ts';
import { intervalOr } from '../../core/duration.ts';
import { formatKey, type Key, keyOf, type Ring } from '../../core/key.ts';
import { maxAgeOf } from '../../core/reconcile-now.ts';
import type { KubeObject } from '../../core/resource.ts';
import { ok, type Result } from '../../core/result.ts';
import type { ImageFacts } from '../../plan/image.ts';
import type { Chart } from '../../plan/service/facts.ts';
import { lastImage } from '../../plan/service/image.ts';
import type { Looker } from '../../source/cluster/watches.ts';
import type { ImageSource } from '../../source/oci/images.ts';
import { chartFolder } from '../addresses.ts';
import type { Credentials, SecretData } from '../credentials.ts';
import { imageFacts } from '../images.ts';
import type { Polls } from '../polls.ts';
import type { Charts } from './charts.ts';
import type { ServiceInputs } from './gather.ts';

export type InputTools = Readonly<{
  charts: Charts;
  images: ImageSource;
  credentials: Credentials;
  polls: Polls;
  intervalMs: number;
  ring: Ring;
  /** Rings the Services that depend on this one. */
  ringDependents: Ring;
}>;

/** What the controller knows of one Service's chart. */
type Seen = { readonly key: Key; repository?: string; revision?: string; settled?: string; awaited: boolean };

/** Charts and image tags of Services, one poll for all that use the same. */
export class ServiceInputSource implements ServiceInputs {
  readonly #tools: InputTools;
  readonly #seen = new Map<string, Seen>();

  constructor(tools: InputTools) {
    this.#tools = tools;
  }

  async chart(service: ServiceObject, looker: Looker, signal: AbortSignal): Promise<Result<Chart>> {
    const { charts, polls } = this.#tools;
    const secret = await this.#secret(service, looker, signal);
    if (!secret.ok) return secret;
    const path = chartFolder(service, secret.value);
    if (!path.ok) return path;
    const key = keyOf(service);
    const intervalMs = this.#interval(service);
    polls.folder(key, path.value, intervalMs);
    const seen = this.#of(key);
    seen.repository = charts.repositoryOf(path.value);
    const chart = await charts.observe(path.value, maxAgeOf(service, intervalMs), signal);
    if (!chart.ok) polls.noteFailure('folder', key, chart.failure);
    const revision = charts.revisionAt(path.value);
    if (chart.ok && revision !== undefined) seen.revision = revision;
    return chart;
  }

  async images(service: ServiceObject, looker: Looker, signal: AbortSignal): Promise<ImageFacts> {
    const key = keyOf(service);
    const intervalMs = this.#interval(service);
    const { containerRegistry: registry } = service.spec;
    if (registry !== undefined) {
      const ages = { intervalMs, maxAgeMs: maxAgeOf(service, intervalMs) };
      return imageFacts(this.#tools, { key, registry, last: lastImage(service), ...ages }, looker, signal);
    }
    this.#tools.polls.forgetImage(key);
    return {};
  }

  /**
   * E8: its repository has moved and no pass of its own has dealt with that yet, or it has had no pass since the
   * controller started, so that nobody knows. It is its own pass that ends this: whoever asks is rung then.
   */
  moved(service: KubeObject): boolean {
    const seen = this.#of(keyOf(service));
    if (seen.settled !== undefined && seen.settled === this.#newest(seen)) return false;
    seen.awaited = true;
    return true;
  }

  /** A pass has ended, and its status is written: who waited for it may go on. */
  settled(service: ServiceObject): void {
    const seen = this.#of(keyOf(service));
    // Without a revision its chart cannot be had: its status says so, and that is as current as it gets.
    seen.settled = seen.revision ?? this.#newest(seen);
    if (!seen.awaited) return;
    seen.awaited = false;
    this.#tools.ringDependents(seen.key);
  }

  /** Rings all whose chart lies in a repository that has moved: whoever saw it first must not wait for their polls. */
  advanced(repository: string): void {
    for (const seen of this.#seen.values()) if (seen.repository === repository) this.#tools.ring(seen.key);
  }

  forget(key: Key): void {
    this.#seen.delete(formatKey(key));
    this.#tools.polls.forget(key);
  }

  #of(key: Key): Seen {
    const name = formatKey(key);
    const seen = this.#seen.get(name) ?? { key, awaited: false };
    this.#seen.set(name, seen);
    return seen;
  }

  #newest({ repository, revision }: Seen): string {
    return (repository === undefined ? undefined : this.#tools.charts.newestRevision(repository)) ?? revision ?? '';
  }

  #interval(service: ServiceObject): number {
    return intervalOr(service.spec.interval, this.#tools.intervalMs);
  }

  async #secret(service: ServiceObject, looker: Looker, signal: AbortSignal): Promise<Result<SecretData | undefined>> {
    const name = service.spec.source.secretRef?.name;
    if (name === undefined) return ok(undefined);
    return this.#tools.credentials.read(looker, name, 'spec.source.secretRef', signal);
  }
}
