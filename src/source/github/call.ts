import type { Purpose } from './quota.ts';

/** One call of the REST API. */
export type Call = Readonly<{
  /** As GitHub's reference writes it: `GET /repos/{owner}/{repo}/pulls`. Owner and repo are filled in. */
  route: string;
  params?: Readonly<Record<string, unknown>>;
  purpose: Purpose;
  /** Of an earlier answer: an equal one is told by `unchanged`, and costs no quota. */
  etag?: string | undefined;
  signal: AbortSignal;
}>;

export type Answer =
  | Readonly<{ unchanged: true }>
  | Readonly<{ unchanged: false; data: unknown; etag?: string; link?: string }>;
