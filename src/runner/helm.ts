import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatResult, type JobResult } from '../core/job-io.ts';
import { masker } from '../core/mask.ts';
import type { HelmInstall, HelmUninstall, ObjectRef } from '../core/plan.ts';
import type { KubeClient } from '../kube/client.ts';
import { installArguments, uninstallArguments } from './arguments.ts';
import { joinChart, readInput } from './input.ts';
import { type ProcessResult, run } from './process.ts';
import { type Found, forget, noteInterrupted, refuseForeignLock, unlock } from './unlock.ts';
import { helmWords } from './words.ts';

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

type Install = Omit<HelmInstall, 'values'>;

/** What there is to see in records that need not be read. */
const nothing: Found = { interrupted: [] };
/** Milliseconds that helm gets to record its failure after SIGTERM; the pod's own grace is 60 s. */
const graceMs = 45_000;
const tailLines = 20;

/**
 * One run of Helm in a Job: unlock what a dead run left, run, write the result. Whatever goes wrong becomes the result.
 * Rejects only when the result cannot be written.
 *
 * @returns the exit code of the container.
 */
export async function runHelm(options: HelmRunnerOptions): Promise<number> {
  const result = await inScratch((scratch) => attempt(options, scratch)).catch(
    (error: Error): JobResult => ({ ok: false, message: error.message, tail: [] }),
  );
  await writeFile(options.result, formatResult(result));
  return result.ok ? 0 : 1;
}

async function inScratch<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'alustan-helm-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function attempt(options: HelmRunnerOptions, scratch: string): Promise<JobResult> {
  const { run } = await readInput(options.input);
  return run.type === 'helm-install' ? install(options, run, scratch) : uninstall(options, run, scratch);
}

async function uninstall(options: HelmRunnerOptions, job: HelmUninstall, scratch: string): Promise<JobResult> {
  await refuseForeignLock(await options.client(), job);
  return uninstallResult(await helm(options, uninstallArguments(job), scratch, []), options.signal);
}

async function install(options: HelmRunnerOptions, job: Install, scratch: string): Promise<JobResult> {
  const { input, print, signal } = options;
  const { freed, interrupted } = job.clean === true ? nothing : await unlock(await options.client(), job);
  if (freed !== undefined) print(`release ${job.release} was left ${freed}: unlocked, since ${job.unlock?.proof}`);
  const args = installArguments(job, input, await joinChart(input, scratch));
  const result = installResult(await helm(options, args, scratch, job.sensitive), signal);
  await tidy(options, job, interrupted, result).catch((error: Error) => print(`history: ${error.message}`));
  return result;
}

/** Keeps one revision for each change of the inputs in Helm's history. What Helm has done counts also where this fails. */
async function tidy(
  { client, signal }: HelmRunnerOptions,
  { namespace, release }: Install,
  interrupted: readonly ObjectRef[],
  { ok }: JobResult,
): Promise<void> {
  if (ok && interrupted.length > 0) await forget(await client(), interrupted);
  if (!ok && signal.aborted) await noteInterrupted(await client(), namespace, release);
}

function helm(
  { helm: program, env, print, signal }: HelmRunnerOptions,
  args: readonly string[],
  scratch: string,
  sensitive: readonly string[],
): Promise<ProcessResult> {
  // Helm's caches go where a read-only root file system lets them.
  const caches = { HELM_CACHE_HOME: scratch, HELM_CONFIG_HOME: scratch, HELM_DATA_HOME: scratch };
  return run(program, args, { env: { ...env, ...caches }, mask: masker(sensitive), print, signal, graceMs });
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
  const words = helmWords(done.lines);
  const how = done.code === undefined ? `was ended by ${done.signal ?? 'a signal'}` : `exited with ${done.code}`;
  const why = signal.aborted ? 'helm was told to stop' : `helm ${how}`;
  const interrupted = signal.aborted ? { interrupted: true } : {};
  if (words === undefined) return { ok: false, message: why, ...interrupted, tail };
  // That it failed is known; what it said counts, and room in a status is short.
  const isPlain = !signal.aborted && done.code !== undefined;
  return { ok: false, message: `${isPlain ? 'helm' : why}: ${words}`, ...interrupted, tail };
}
