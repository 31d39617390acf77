import type { ServiceObject } from '../../api/service.ts';
import { intervalOr } from '../../core/duration.ts';
import { formatKey, type Key } from '../../core/key.ts';
import type { ActAs } from '../../core/plan.ts';
import type { KubeObject } from '../../core/resource.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Chart, ServiceFacts } from '../../plan/service/facts.ts';
import { tagsToProbe, watchedImage } from '../../plan/service/image.ts';
import { authFor } from '../../source/oci/docker-config.ts';
import type { ImageSource } from '../../source/oci/images.ts';
import type { RegistryRef } from '../../source/oci/registry.ts';
import type { Polls } from '../polls.ts';
import { type Charts, chartPath } from './charts.ts';
import type { Credentials, SecretData } from './credentials.ts';
import type { ServiceInputs } from './gather.ts';
import { serviceKey } from './triggers.ts';

export type InputTools = Readonly<{
  charts: Charts;
  images: ImageSource;
  credentials: Credentials;
  polls: Polls;
  intervalMs: number;
  serviceAccount: string;
  /** Rings the Services that depend on this one. */
  ringDependents: (key: Key) => void;
}>;

/** Milliseconds for which an answer about an image that could not be pulled serves. */
const pullableAgeMs = 10_000;

/** Charts and image tags of Services, one poll for all that use the same. */
export class ServiceInputSource implements ServiceInputs {
  readonly #tools: InputTools;
  /** The commit that each Service's last finished pass was made from. */
  readonly #settled = new Map<string, string>();
  readonly #looked = new Map<string, { repository: string; commit: string }>();

  constructor(tools: InputTools) {
    this.#tools = tools;
  }

  async chart(service: ServiceObject, signal: AbortSignal): Promise<Result<Chart>> {
    const { charts, polls } = this.#tools;
    const secret = await this.#secret(service, 'source', signal);
    if (!secret.ok) return secret;
    const path = chartPath(service, secret.value);
    const key = keyOf(service);
    const intervalMs = this.#interval(service);
    polls.git(key, path, intervalMs);
    const chart = await charts.observe(path, intervalMs, signal);
    if (chart.ok && chart.value.commit !== undefined) {
      this.#looked.set(formatKey(key), { repository: charts.repositoryOf(path), commit: chart.value.commit });
    }
    return chart;
  }

  async images(service: ServiceObject, signal: AbortSignal): Promise<Pick<ServiceFacts, 'tags' | 'pullable'>> {
    const { images, polls } = this.#tools;
    const watched = watchedImage(service);
    if (watched?.ok !== true) return {};
    const { host, repository } = watched.value.image;
    const login = await this.#login(service, host, signal);
    if (!login.ok) return { tags: login };
    const ref: RegistryRef = { host, repository, ...(login.value === undefined ? {} : { login: login.value }) };
    const intervalMs = this.#interval(service);
    polls.image(keyOf(service), ref, intervalMs);
    const seen = await images.observe(ref, undefined, { signal, maxAgeMs: intervalMs });
    if (!seen.ok) return { tags: seen };
    const tags = ok(seen.value.changed ? seen.value.fact.tags : []);
    const probes = tagsToProbe(service, tags).map(async (tag) => {
      const answer = await images.pullable(ref, tag, { signal, maxAgeMs: pullableAgeMs });
      return [tag, answer] as const;
    });
    return { tags, pullable: Object.fromEntries(await Promise.all(probes)) };
  }

  /** E8: its repository has moved, and no pass of its own has dealt with that yet. */
  moved(service: KubeObject): boolean {
    const name = formatKey(serviceKey(service));
    const looked = this.#looked.get(name);
    if (looked === undefined) return false;
    const newest = this.#tools.charts.newestCommit(looked.repository) ?? looked.commit;
    return this.#settled.get(name) !== newest;
  }

  /** A pass has ended, and its status is written: who waited for it may go on. */
  settled(service: ServiceObject): void {
    const name = formatKey(keyOf(service));
    const commit = this.#looked.get(name)?.commit;
    if (commit === undefined || this.#settled.get(name) === commit) return;
    this.#settled.set(name, commit);
    this.#tools.ringDependents(keyOf(service));
  }

  forget(key: Key): void {
    this.#settled.delete(formatKey(key));
    this.#looked.delete(formatKey(key));
    this.#tools.polls.forget(key);
  }

  #interval(service: ServiceObject): number {
    return intervalOr(service.spec.interval, this.#tools.intervalMs);
  }

  async #secret(
    service: ServiceObject,
    part: 'source' | 'containerRegistry',
    signal: AbortSignal,
  ): Promise<Result<SecretData | undefined>> {
    const name = service.spec[part]?.secretRef?.name;
    if (name === undefined) return ok(undefined);
    const { namespace } = service.metadata;
    const actAs: ActAs = { namespace, serviceAccount: service.spec.serviceAccountName ?? this.#tools.serviceAccount };
    return this.#tools.credentials.read(actAs, name, `spec.${part}.secretRef`, signal);
  }

  async #login(service: ServiceObject, host: string, signal: AbortSignal): Promise<Result<RegistryRef['login']>> {
    const secret = await this.#secret(service, 'containerRegistry', signal);
    if (!secret.ok || secret.value === undefined) return secret.ok ? ok(undefined) : secret;
    const { id, data } = secret.value;
    const subject = `spec.containerRegistry.secretRef: the key .dockerconfigjson`;
    const auth = authFor(data['.dockerconfigjson'] ?? '', host, subject);
    if (!auth.ok) return auth;
    return ok(auth.value === undefined ? undefined : { id, auth: auth.value });
  }
}

function keyOf({ metadata: { namespace, name } }: ServiceObject): Key {
  return { kind: 'Service', namespace, name };
}
