import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatResult, type JobInput, type JobResult } from '../core/job-io.ts';
import { masker } from '../core/mask.ts';
import type { KubeClient } from '../kube/client.ts';
import { installArguments, uninstallArguments } from './arguments.ts';
import { joinChart, readInput } from './input.ts';
import { type ProcessResult, run } from './process.ts';
import { unlock } from './unlock.ts';

export type HelmRunnerOptions = Readonly<{
  /** Folder of the mounted inputs. */
  input: string;
  /** File for the result: the container's termination log. */
  result: string;
  /** Path of the helm program. */
  helm: string;
  env: NodeJS.ProcessEnv;
  client: () => Promise<KubeClient>;
  print: (line: string) => void;
  /** Aborted by SIGTERM or SIGINT. */
  signal: AbortSignal;
}>;

/** Milliseconds that helm gets to record its failure after SIGTERM; the pod's own grace is 60 s. */
const graceMs = 45_000;
const tailLines = 20;

/**
 * One run of Helm in a Job: unlock what a dead run left, run, write the result. Never rejects: whatever goes wrong
 * becomes the result.
 *
 * @returns the exit code of the container.
 */
export async function runHelm(options: HelmRunnerOptions): Promise<number> {
  const scratch = await mkdtemp(join(tmpdir(), 'alustan-helm-'));
  const result = await attempt(options, scratch).catch(
    (error: Error): JobResult => ({ ok: false, message: error.message, tail: [] }),
  );
  await writeFile(options.result, formatResult(result));
  await rm(scratch, { recursive: true, force: true });
  return result.ok ? 0 : 1;
}

async function attempt(options: HelmRunnerOptions, scratch: string): Promise<JobResult> {
  const input = await readInput(options.input);
  const locked = await unlock(await options.client(), input.run.namespace, input.run.release);
  if (locked !== undefined)
    options.print(`release ${input.run.release} was left ${locked} by a run that died: unlocked`);
  const mask = masker(input.run.type === 'helm-install' ? input.run.sensitive : []);
  const done = await run(options.helm, await helmArguments(options, input, scratch), {
    // Helm's caches go where a read-only root file system lets them.
    env: { ...options.env, HELM_CACHE_HOME: scratch, HELM_CONFIG_HOME: scratch, HELM_DATA_HOME: scratch },
    mask,
    print: options.print,
    signal: options.signal,
    graceMs,
  });
  return input.run.type === 'helm-install'
    ? installResult(done, options.signal)
    : uninstallResult(done, options.signal);
}

async function helmArguments(options: HelmRunnerOptions, input: JobInput, scratch: string): Promise<string[]> {
  if (input.run.type === 'helm-uninstall') return uninstallArguments(input.run);
  return installArguments(input.run, options.input, await joinChart(options.input, scratch));
}

function installResult(done: ProcessResult, signal: AbortSignal): JobResult {
  if (done.code !== 0) return failed(done, signal);
  const revision = Number(/^REVISION: (\d+)$/m.exec(done.stdout)?.[1]);
  if (!Number.isInteger(revision))
    return { ...failed(done, signal), message: 'helm did not say which revision it made' };
  return { ok: true, revision, message: `revision ${revision} deployed`, tail: [] };
}

function uninstallResult(done: ProcessResult, signal: AbortSignal): JobResult {
  return done.code === 0 ? { ok: true, message: 'release uninstalled', tail: [] } : failed(done, signal);
}

function failed(done: ProcessResult, signal: AbortSignal): JobResult {
  const tail = done.lines.slice(-tailLines);
  const words = done.lines.findLast((line) => /^(Error|level=ERROR)/.test(line)) ?? tail.at(-1) ?? '';
  const how = done.code === undefined ? `was ended by ${done.signal ?? 'a signal'}` : `exited with ${done.code}`;
  const why = signal.aborted ? 'helm was told to stop' : `helm ${how}`;
  return { ok: false, message: words === '' ? why : `${why}: ${words.replace(/^Error: /, '')}`, tail };
}
