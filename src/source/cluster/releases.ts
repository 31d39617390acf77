import { forbidden } from '../../core/forbidden.ts';
import { decodeRelease, type HelmRelease, inputsLabel, interruptedAnnotation } from '../../core/helm-release.ts';
import type { ActAs } from '../../core/plan.ts';
import type { KubeObject } from '../../core/resource.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { KubeError, type WatchingClient } from '../../kube/client.ts';
import { type ManifestRef, objectsOf } from './manifest.ts';
import type { Looker, Watches, WatchRequest } from './watches.ts';

/** A revision of a Helm release, as its Secret tells. */
export type ReleaseRecord = Readonly<{
  /** Of the Secret that holds it. */
  uid: string;
  release: string;
  namespace: string;
  revision: number;
  /** Helm's own word, for example `deployed`. */
  status: string;
  /** Label `alustan.io/inputs`. */
  inputs?: string;
  /** RFC 3339, whole seconds, by the API server's clock: when the record of this revision was made. */
  createdAt?: string;
  /** RFC 3339: when the last work on this revision began: an uninstall by Helm's clock, all else as `createdAt`. */
  since?: string;
  /** Name and version, for example `app-1.0.0`. */
  chart: string;
  message?: string;
  /** Of the newest record: this or an older one is of a run that was interrupted, and goes with the next deployed one. */
  leftovers?: true;
  /** The objects of the release in the order of the manifest; hooks are not among them. */
  objects: readonly ManifestRef[];
}>;

/** Superseded revisions are history: leaving them out keeps the cache at about one record a release. */
const current = 'owner=helm,status!=superseded';
/** Index: records by the release that they are of. */
const byRelease = 'release';
const secrets = { apiVersion: 'v1', kind: 'Secret' };

/** Helm's records of the tenants' releases, by watch, read with the tenants' rights. */
export class Releases {
  readonly #watches: Watches;
  readonly #client: WatchingClient;
  readonly #changed: (namespace: string, release: string) => void;

  constructor(watches: Watches, client: WatchingClient, changed: (namespace: string, release: string) => void) {
    this.#watches = watches;
    this.#client = client;
    this.#changed = changed;
  }

  /** The newest record that is not superseded; undefined when there is no release of that name. */
  async newest(looker: Looker, release: string, signal: AbortSignal): Promise<Result<ReleaseRecord | undefined>> {
    const cache = await this.#watches.get(this.#request(looker), signal);
    if (!cache.ok) return cache;
    return ok(newestOf(cache.value.by(byRelease, release)));
  }

  /** The same from the API server itself, where the cache may lag behind a Job that has just ended. */
  async newestLive(actAs: ActAs, release: string, signal: AbortSignal): Promise<Result<ReleaseRecord | undefined>> {
    const { namespace, serviceAccount } = actAs;
    const options = { namespace, labelSelector: `${current},name=${release}` };
    try {
      const { items } = await this.#client.as({ namespace, serviceAccount }).list(secrets, options, signal);
      return ok(newestOf(items.map(brief)));
    } catch (error) {
      if (!(error instanceof KubeError)) throw error;
      const what = `list Secret in namespace ${namespace}`;
      if (error.status === 403) return fail('invalid', 'Forbidden', forbidden(actAs, what, error.message));
      return fail('transient', 'ApiServerUnavailable', `reading the Helm release ${release}: ${error.message}`);
    }
  }

  #request(looker: Looker): WatchRequest {
    return {
      ...secrets,
      looker,
      namespace: looker.namespace,
      labelSelector: current,
      view: 'release',
      transform: brief,
      indexers: { [byRelease]: (object) => names(recordOf(object)) },
      onChange: (before, after) => {
        const record = recordOf(after ?? before);
        if (record !== undefined) this.#changed(record.namespace, record.release);
      },
    };
  }
}

function names(record: ReleaseRecord | undefined): string[] {
  return record === undefined ? [] : [record.release];
}

function newestOf(all: readonly KubeObject[]): ReleaseRecord | undefined {
  const records = all.flatMap((object) => recordOf(object) ?? []);
  const newest = records.sort((a, b) => b.revision - a.revision)[0];
  return newest !== undefined && records.some((record) => record.leftovers) ? { ...newest, leftovers: true } : newest;
}

function recordOf(object: KubeObject | undefined): ReleaseRecord | undefined {
  return object?.['record'] as ReleaseRecord | undefined;
}

/** Keeps the little that we need: a release's Secret holds the whole chart. */
function brief(secret: KubeObject): KubeObject {
  const { apiVersion, kind, metadata } = secret;
  const { name, namespace = '', uid, resourceVersion, labels = {} } = metadata;
  const kept = { name, namespace, ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) };
  return { apiVersion, kind, metadata: kept, record: readRecord(secret, namespace, labels) };
}

function readRecord(secret: KubeObject, namespace: string, labels: Record<string, string>): ReleaseRecord {
  const inputs = labels[inputsLabel];
  const { creationTimestamp: createdAt, uid = '', annotations } = secret.metadata;
  const known = {
    uid,
    release: labels['name'] ?? '',
    namespace,
    revision: Number(labels['version'] ?? 0),
    status: labels['status'] ?? 'unknown',
    ...(inputs === undefined ? {} : { inputs }),
    ...(annotations?.[interruptedAnnotation] === undefined ? {} : { leftovers: true as const }),
    ...(createdAt === undefined ? {} : { createdAt }),
  };
  try {
    const { info, chart, manifest } = decodeRelease(secret);
    const { name = 'unknown', version = '' } = chart?.metadata ?? {};
    const message = info.description === undefined ? {} : { message: info.description };
    return {
      ...known,
      ...sinceOf(info, createdAt),
      chart: `${name}-${version}`,
      ...message,
      objects: objectsOf(manifest, namespace),
    };
  } catch {
    // Written by a newer Helm, or damaged: its labels still say what decides, the rest is for people.
    return { ...known, chart: 'unknown', message: 'the release record cannot be read', objects: [] };
  }
}

/**
 * An install, upgrade or rollback begins with a record of its own, whose age the API server knows: clocks of those who
 * run Helm differ. An uninstall writes `deleted` into the record that is there.
 */
function sinceOf(
  { status, last_deployed, deleted }: HelmRelease['info'],
  createdAt: string | undefined,
): Pick<ReleaseRecord, 'since'> {
  const since = status === 'uninstalling' ? deleted : (createdAt ?? last_deployed);
  return since === undefined || since === '' ? {} : { since };
}
