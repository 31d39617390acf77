import type { Failure } from '../../core/result.ts';
import type { Timeouts } from '../http/client.ts';
import type { GitCredentials } from './reference.ts';

/** What the main thread asks of the git worker, and what it answers. Plain data: it crosses threads. */
export type FetchJob = Readonly<{
  type: 'fetch';
  /** The bare cache repository; made when it is not there. */
  gitdir: string;
  url: string;
  /** Full name at the server, or a commit id. */
  name: string;
  commit: string;
  credentials?: GitCredentials;
  timeouts: Timeouts;
}>;

export type ReadJob = Readonly<{
  type: 'read';
  gitdir: string;
  url: string;
  commit: string;
  path: string;
  limits: Limits;
}>;

export type Job = FetchJob | ReadJob;
export type Request = Readonly<{ id: number; job: Job }> | Readonly<{ id: number; abort: true }>;
export type Response =
  | Readonly<{ id: number; ok: true; value: unknown }>
  | Readonly<{ id: number; ok: false; failure: Failure }>;

export type Limits = Readonly<{ maxFiles: number; maxBytes: number }>;

export const defaultLimits: Limits = { maxFiles: 5000, maxBytes: 32 * 1024 * 1024 };

/** `mode` is git's: 0o100644 or 0o100755. `path` is relative to the path that was read, with `/`. */
export type GitFile = Readonly<{ path: string; mode: number; bytes: Uint8Array }>;

export type Tree = Readonly<{
  /** `sha256:…` of names, modes and contents: equal trees have equal digests, in whatever commit or repository. */
  digest: string;
  files: readonly GitFile[];
}>;
