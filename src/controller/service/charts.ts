import { ok, type Result } from '../../core/result.ts';
import type { Chart } from '../../plan/service/facts.ts';
import { type PackedChart, packChart } from '../../source/chart/chart.ts';
import { pathNotFound, placeOf } from '../../source/folder/failures.ts';
import type { Folder, FolderRef } from '../../source/folder/source.ts';
import type { Source } from '../../source/source.ts';

/** Bytes of packed charts that are kept at hand; others are packed again from the git cache when a Job needs them. */
const archiveBudget = 64 * 1024 * 1024;

type Known = Readonly<{ path: FolderRef; revision: string; chart: Chart }>;

/** Charts in git and registries: what lies there now, packed once for all that use it. */
export class Charts {
  readonly #folders: Source<FolderRef, Folder>;
  readonly #advanced: (repository: string) => void;
  readonly #known = new Map<string, Known>();
  readonly #newest = new Map<string, string>();
  readonly #archives = new Map<string, Uint8Array>();

  /** @param advanced told of a repository and ref (`repositoryOf`) that was seen at another revision than before. */
  constructor(folders: Source<FolderRef, Folder>, advanced: (repository: string) => void) {
    this.#folders = folders;
    this.#advanced = advanced;
  }

  /** @param maxAgeMs an answer of the other side that is not older will do. */
  async observe(path: FolderRef, maxAgeMs: number, signal: AbortSignal): Promise<Result<Chart>> {
    const known = this.#known.get(idOf(path));
    const seen = await this.#folders.observe(path, known?.revision, { signal, maxAgeMs });
    if (!seen.ok) return seen;
    this.#note(this.repositoryOf(path), seen.value.revision);
    if (!seen.value.changed && known !== undefined) return ok(known.chart);
    if (!seen.value.changed) return this.observe(path, maxAgeMs, signal);
    const { fact } = seen.value;
    if (fact.missing) return { ok: false, failure: pathNotFound(path, fact) };
    const packed = await packChart(fact.files, placeOf(path, fact.revision));
    if (!packed.ok) return packed;
    const { digest, name, version, postHooks } = packed.value;
    const commit = fact.commit === undefined ? {} : { commit: fact.commit };
    const chart = { ...commit, digest, name, version, postHooks };
    this.#known.set(idOf(path), { path, revision: fact.revision, chart });
    this.#keep(packed.value);
    return ok(chart);
  }

  /** Names repository and ref: paths of one have their revisions in common. */
  repositoryOf({ url, ref, credentials }: FolderRef): string {
    return JSON.stringify([url, ref, credentials?.id]);
  }

  /** The revision of the chart that was last read at this path. */
  revisionAt(path: FolderRef): string | undefined {
    return this.#known.get(idOf(path))?.revision;
  }

  /** The newest revision that anybody has seen there. */
  newestRevision(repository: string): string | undefined {
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

  #note(repository: string, revision: string): void {
    const before = this.#newest.get(repository);
    this.#newest.set(repository, revision);
    if (before !== undefined && before !== revision) this.#advanced(repository);
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

function idOf({ url, ref, path, credentials }: FolderRef): string {
  return JSON.stringify([url, ref, path, credentials?.id]);
}
