import type { Failure } from '../../core/result.ts';
import type { Timeouts } from '../http/client.ts';
import type { GitCredentials } from './reference.ts';

/** What the main thread asks of the git worker: to bring a commit into the cache and read a path of it. Crosses threads. */
export type Job = Readonly<{
  /** The bare cache repository; made when it is not there. */
  gitdir: string;
  url: string;
  /** Full name at the server, or a commit id. */
  name: string;
  commit: string;
  path: string;
  limits: Limits;
  timeouts: Timeouts;
  credentials?: GitCredentials;
}>;

export type Request = Readonly<{ id: number; job: Job }> | Readonly<{ id: number; abort: true }>;
export type Response =
  | Readonly<{ id: number; ok: true; value: GitFact }>
  | Readonly<{ id: number; ok: false; failure: Failure }>;

export type Limits = Readonly<{ maxFiles: number; maxBytes: number }>;

export const defaultLimits: Limits = { maxFiles: 5000, maxBytes: 32 * 1024 * 1024 };

/** `mode` is git's: 0o100644 or 0o100755. `path` is relative to the path that was read, with `/`. */
export type GitFile = Readonly<{ path: string; mode: number; bytes: Uint8Array }>;

/** What lies at a path of a repository at one commit. */
export type GitFact = Readonly<{
  commit: string;
  /** `sha256:…` of names, modes and contents: equal trees have equal digests, in whatever commit or repository. */
  digest: string;
  files: readonly GitFile[];
  /** True when the commit has nothing at that path: git knows no empty folders, so its last file takes a folder away. */
  missing: boolean;
  /** Then: paths from the root in the deepest folder of it that is there. */
  beside?: readonly string[];
}>;
