import { type Redirect, rewriteGitUrl } from '../../core/redirect.ts';
import { ok, type Result } from '../../core/result.ts';
import { withoutLogin } from '../hide.ts';
import { defaultTimeouts, type Timeouts } from '../http/client.ts';
import { toFailure } from '../http/failure.ts';
import { createShared } from '../shared.ts';
import type { Context, Observed, Source } from '../source.ts';
import { type Bounds, cacheFolder, pruneFolders } from './cache.ts';
import { repository } from './failures.ts';
import { defaultLimits, type GitFact, type Limits } from './protocol.ts';
import type { GitPath, GitRef } from './reference.ts';
import type { Tip } from './refs.ts';
import { createGitThread, type GitThread } from './thread.ts';
import { createResolver, type Resolver } from './transport.ts';

export type { GitFact } from './protocol.ts';

export type GitOptions = Readonly<{
  /** Where repositories are kept between restarts. One process may use it at a time. */
  cacheDir: string;
  /** `--git-rewrite`. */
  rewrites?: readonly Redirect[];
  timeouts?: Partial<Timeouts>;
  limits?: Partial<Limits>;
  /** Milliseconds for which an answer about a ref serves others; default 10 s. */
  maxAgeMs?: number;
  /** The worker's file, where it is not beside the sources. */
  worker?: URL;
  /** A thread that is shared with other sources, and stays open when this one is closed. */
  thread?: GitThread;
  now?: () => number;
}>;

export interface GitSource extends Source<GitPath, GitFact> {
  /** Removes caches that were not used for 7 days, or that are too much; returns how many. What is asked for stays. */
  prune(bounds?: Partial<Bounds>): Promise<number>;
  /** Starts what the first download needs. */
  prepare(): void;
  close(): Promise<void>;
}

/** 2 GiB: a shallow copy of a large monorepo is some 100 MiB. */
const standardBounds: Bounds = { maxAgeMs: 7 * 86_400_000, maxBytes: 2 * 2 ** 30 };

type Parts = Readonly<{
  options: GitOptions;
  /** Folders and when this process was last asked for what is in them. */
  asked: Map<string, number>;
  timeouts: Timeouts;
  limits: Limits;
  resolver: Resolver;
  thread: GitThread;
}>;

/** Reads git repositories over HTTP(S), and ssh with the git program. However many objects ask, one answer serves all. */
export function createGitSource(options: GitOptions): GitSource {
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const limits = { ...defaultLimits, ...options.limits };
  const parts: Parts = {
    options,
    asked: new Map(),
    timeouts,
    limits,
    resolver: createResolver(timeouts),
    thread: options.thread ?? createGitThread(options.worker),
  };
  const now = options.now ?? (() => Date.now());
  const tips = createShared<Tip>({ now });
  const facts = createShared<GitFact>({ now, maxEntries: 32 });

  const tip = (ref: GitRef, maxAgeMs: number, signal: AbortSignal): Promise<Result<Tip>> => {
    const where = { ...ref, url: rewriteGitUrl(ref.url, options.rewrites ?? []) };
    const key = JSON.stringify([where.url, ref.ref ?? '', ref.semver ?? '', ref.credentials?.id ?? '']);
    return tips.get(key, maxAgeMs, signal, (shared) => attempt(where, () => parts.resolver.resolve(where, shared)));
  };

  return {
    observe: (ref, seen, context) => withoutLogin(ref.credentials, observe(parts, facts, ref, seen, context, tip)),
    prune: (bounds) => {
      const { maxAgeMs, maxBytes } = { ...standardBounds, ...bounds };
      const isInUse = (folder: string) => now() - (parts.asked.get(folder) ?? 0) <= maxAgeMs;
      for (const folder of parts.asked.keys()) if (!isInUse(folder)) parts.asked.delete(folder);
      return pruneFolders(options.cacheDir, { maxAgeMs, maxBytes }, now(), isInUse);
    },
    prepare: () => parts.thread.prepare(),
    close: async () => {
      await Promise.all([parts.resolver.close(), ...(options.thread === undefined ? [parts.thread.close()] : [])]);
    },
  };
}

type AskTip = (ref: GitRef, maxAgeMs: number, signal: AbortSignal) => Promise<Result<Tip>>;

async function observe(
  parts: Parts,
  facts: ReturnType<typeof createShared<GitFact>>,
  ref: GitPath,
  seen: string | undefined,
  context: Context,
  askTip: AskTip,
): Promise<Result<Observed<GitFact>>> {
  const where = { ...ref, url: rewriteGitUrl(ref.url, parts.options.rewrites ?? []) };
  const gitdir = cacheFolder(parts.options.cacheDir, where);
  parts.asked.set(gitdir, (parts.options.now ?? Date.now)());
  const tip = await askTip(ref, context.maxAgeMs ?? parts.options.maxAgeMs ?? 10_000, context.signal);
  if (!tip.ok) return tip;
  const { commit } = tip.value;
  if (commit === seen) return ok({ changed: false, revision: commit });
  const key = JSON.stringify([where.url, ref.credentials?.id ?? '', commit, ref.path]);
  // What lies at a commit never changes: the age does not matter.
  const { url, path, credentials } = where;
  const { timeouts, limits, thread } = parts;
  const job = {
    gitdir,
    url,
    path,
    ...tip.value,
    timeouts,
    limits,
    ...(credentials === undefined ? {} : { credentials }),
  };
  const fact = await facts.get(key, Number.POSITIVE_INFINITY, context.signal, (signal) => thread.run(job, signal));
  return fact.ok ? ok({ changed: true, revision: fact.value.commit, fact: fact.value }) : fact;
}

async function attempt<T>(ref: GitRef, work: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await work());
  } catch (error) {
    return { ok: false, failure: toFailure(error, repository(ref.url)) };
  }
}
