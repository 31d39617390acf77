import type { BaseDraft } from './draft.ts';

/** What holds a Job up, in brackets behind what it does; or in how many milliseconds that is to be seen. */
export type Hindrance = Readonly<{ why: string; againMs?: number }>;

/** Milliseconds that the pod of a Job may take to be made. */
const podMs = 30_000;

/** Told once it has been so for longer than `ms` milliseconds. */
export function hinders({ now }: Pick<BaseDraft, 'now'>, since: string, ms: number, why: string): Hindrance {
  const left = Date.parse(since) + ms - now.getTime();
  return left > 0 ? { why: '', againMs: left } : { why: ` (${why})` };
}

/** No pod is made where a quota on pods is used up, or an admission webhook refuses it: only the Job's events say so. */
export function tellPodless(draft: BaseDraft, job: Readonly<{ name: string; startedAt: string }>): Hindrance {
  const { namespace } = draft.object.metadata;
  const none = `it has no pod yet: kubectl describe job ${job.name} -n ${namespace} tells why`;
  return hinders(draft, job.startedAt, podMs, none);
}
