import { parentPort } from 'node:worker_threads';
import { toFailure } from '../http/failure.ts';
import { repository } from './failures.ts';
import { fetchCommit } from './fetch.ts';
import type { Job, Request, Response, Tree } from './protocol.ts';
import { readTree } from './tree.ts';

/*
 * Entry of the git worker thread: unpacking holds a thread for hundreds of milliseconds, which the controller's own
 * loop must not feel. Jobs on one cache repository run one after the other.
 */
const running = new Map<number, AbortController>();
const turns = new Map<string, Promise<void>>();

parentPort?.on('message', (request: Request) => {
  if ('abort' in request) running.get(request.id)?.abort();
  else void serve(request.id, request.job);
});

async function serve(id: number, job: Job): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  const before = turns.get(job.gitdir) ?? Promise.resolve();
  const work = before.then(() => run(job, controller.signal));
  const settled = work.then(
    () => undefined,
    () => undefined,
  );
  turns.set(job.gitdir, settled);
  try {
    const value = await work;
    post({ id, ok: true, value }, transfers(value));
  } catch (error) {
    post({ id, ok: false, failure: toFailure(error, repository(job.url)) }, []);
  } finally {
    running.delete(id);
    if (turns.get(job.gitdir) === settled) turns.delete(job.gitdir);
  }
}

async function run(job: Job, signal: AbortSignal): Promise<string | Tree> {
  signal.throwIfAborted();
  return job.type === 'fetch' ? fetchCommit(job, signal) : readTree(job);
}

function post(response: Response, transfer: readonly ArrayBuffer[]): void {
  parentPort?.postMessage(response, [...transfer]);
}

/** Bytes are handed over, not copied. */
function transfers(value: string | Tree): ArrayBuffer[] {
  if (typeof value === 'string') return [];
  return value.files.map((file) => file.bytes.buffer as ArrayBuffer);
}
