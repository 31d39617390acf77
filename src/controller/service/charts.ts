import type { ServiceObject } from '../../api/service.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Chart } from '../../plan/service/facts.ts';
import { type PackedChart, packChart } from '../../source/chart/chart.ts';
import { pathNotFound } from '../../source/git/failures.ts';
import type { GitCredentials, GitPath } from '../../source/git/reference.ts';
import type { GitSource } from '../../source/git/source.ts';
import type { SecretData } from './credentials.ts';

/** Bytes of packed charts that are kept at hand; others are packed again from the git cache when a Job needs them. */
const archiveBudget = 64 * 1024 * 1024;

type Known = Readonly<{ path: GitPath; commit: string; chart: Chart }>;

/** Charts in git: what lies at a path now, packed once for all that use it. */
export class Charts {
  readonly #git: Pick<GitSource, 'observe'>;
  readonly #advanced: (repository: string) => void;
  readonly #known = new Map<string, Known>();
  readonly #newest = new Map<string, string>();
  readonly #archives = new Map<string, Uint8Array>();

  /** @param advanced told of a repository and ref (`repositoryOf`) that was seen at another commit than before. */
  constructor(git: Pick<GitSource, 'observe'>, advanced: (repository: string) => void) {
    this.#git = git;
    this.#advanced = advanced;
  }

  /** @param maxAgeMs an answer of the git server that is not older will do. */
  async observe(path: GitPath, maxAgeMs: number, signal: AbortSignal): Promise<Result<Chart>> {
    const known = this.#known.get(idOf(path));
    const seen = await this.#git.observe(path, known?.commit, { signal, maxAgeMs });
    if (!seen.ok) return seen;
    this.#note(this.repositoryOf(path), seen.value.revision);
    if (!seen.value.changed && known !== undefined) return ok(known.chart);
    if (!seen.value.changed) return this.observe(path, maxAgeMs, signal);
    const { fact } = seen.value;
    if (fact.missing) return { ok: false, failure: pathNotFound(path, fact.commit) };
    const packed = await packChart(fact.files, placeOf(path, fact.commit));
    if (!packed.ok) return packed;
    const { digest, name, version, postHooks } = packed.value;
    const chart = { commit: fact.commit, digest, name, version, postHooks };
    this.#known.set(idOf(path), { path, commit: fact.commit, chart });
    this.#keep(packed.value);
    return ok(chart);
  }

  /** Names repository and ref: paths of one have their commits in common. */
  repositoryOf({ url, ref, credentials }: GitPath): string {
    return JSON.stringify([url, ref, credentials?.id]);
  }

  /** The newest commit that anybody has seen there. */
  newestCommit(repository: string): string | undefined {
    return this.#newest.get(repository);
  }

  /** The packed chart of a digest that `observe` has named; undefined when every path that held it has moved on. */
  async bytes(digest: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const places = [...this.#known].filter(([, { chart }]) => chart.digest === digest);
    for (const [id, { path }] of places) {
      if (this.#archives.has(digest)) break;
      this.#known.delete(id);
      await this.observe(path, Number.POSITIVE_INFINITY, signal);
    }
    return this.#archives.get(digest);
  }

  #note(repository: string, commit: string): void {
    const before = this.#newest.get(repository);
    this.#newest.set(repository, commit);
    if (before !== undefined && before !== commit) this.#advanced(repository);
  }

  #keep({ digest, archive }: PackedChart): void {
    this.#archives.delete(digest);
    this.#archives.set(digest, archive);
    let total = [...this.#archives.values()].reduce((sum, bytes) => sum + bytes.length, 0);
    for (const [oldest, bytes] of this.#archives) {
      if (total <= archiveBudget || oldest === digest) break;
      this.#archives.delete(oldest);
      total -= bytes.length;
    }
  }
}

/** Where a Service's chart lies. */
export function chartPath(service: ServiceObject, secret: SecretData | undefined): GitPath {
  const { repoURL, path = '', targetRevision } = service.spec.source;
  return {
    ...{ url: repoURL, path },
    ...(targetRevision === undefined ? {} : { ref: targetRevision }),
    ...(secret === undefined ? {} : { credentials: gitCredentials(secret) }),
  };
}

export function gitCredentials({ id, data }: SecretData): GitCredentials {
  const { username, password, token } = data;
  const ca = data['ca.crt'];
  return {
    id,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(token === undefined ? {} : { token }),
    ...(ca === undefined ? {} : { ca }),
  };
}

function placeOf({ url, path }: GitPath, commit: string): string {
  return `path "${path === '' ? '.' : path}" of ${url} at ${commit.slice(0, 12)}`;
}

function idOf({ url, ref, path, credentials }: GitPath): string {
  return JSON.stringify([url, ref, path, credentials?.id]);
}
