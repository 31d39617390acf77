import type { HelmInstall, HelmUninstall } from './plan.ts';

/**
 * What the controller hands to a runner Job: files of one folder, mounted from the Job's Secrets.
 * `job.json` holds a `JobInput`, `values.json` the values, `chart.tgz.000`, `chart.tgz.001` … the parts of the chart.
 */
export type JobInput = Readonly<{
  owner: Readonly<{ kind: string; namespace: string; name: string }>;
  job: string;
  run: Omit<HelmInstall, 'values'> | HelmUninstall;
}>;

/** What a runner leaves in the termination log: JSON of at most 4 KiB (the kubelet's limit). */
export type JobResult = Readonly<{
  ok: boolean;
  /** Helm's revision after the run; absent when nothing was deployed. */
  revision?: number;
  /** One sentence, secrets masked; for failures the tool's own words. */
  message: string;
  /** The runner was told to stop (SIGTERM) before the tool had ended: nobody's fault. */
  interrupted?: boolean;
  /** Last lines of output, secrets masked; oldest first. */
  tail: readonly string[];
}>;

export const files = {
  job: 'job.json',
  values: 'values.json',
  chartPart: (index: number): string => `chart.tgz.${String(index).padStart(3, '0')}`,
  chartParts: /^chart\.tgz\.\d{3}$/,
} as const;

/** Bytes: the kubelet cuts a termination message there. */
const resultLimit = 4096;

/** The result as text that fits: drops the oldest lines first, then shortens the message. */
export function formatResult(result: JobResult): string {
  for (let tail = result.tail; ; tail = tail.slice(1)) {
    const text = JSON.stringify({ ...result, tail });
    if (Buffer.byteLength(text) <= resultLimit) return text;
    if (tail.length === 0) return JSON.stringify({ ...result, message: result.message.slice(0, 1000), tail });
  }
}

/** The result that a finished pod left, or undefined when it left none (killed, evicted, never started). */
export function parseResult(text: string | undefined): JobResult | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  try {
    const value = JSON.parse(text) as Partial<JobResult>;
    if (typeof value.ok !== 'boolean' || typeof value.message !== 'string') return undefined;
    return { ...value, ok: value.ok, message: value.message, tail: Array.isArray(value.tail) ? value.tail : [] };
  } catch {
    return undefined;
  }
}
