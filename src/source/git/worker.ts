import { parentPort } from 'node:worker_threads';
import { toFailure } from '../http/failure.ts';
import { repository } from './failures.ts';
import { load } from './load.ts';
import type { Job, Request, Response } from './protocol.ts';

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
  const work = before.then(() => {
    controller.signal.throwIfAborted();
    return load(job, controller.signal);
  });
  const settled = work.then(
    () => undefined,
    () => undefined,
  );
  turns.set(job.gitdir, settled);
  try {
    const value = await work;
    // Bytes are handed over, not copied.
    const transfer = value.files.map((file) => file.bytes.buffer as ArrayBuffer);
    post({ id, ok: true, value }, transfer);
  } catch (error) {
    post({ id, ok: false, failure: toFailure(error, repository(job.url)) }, []);
  } finally {
    running.delete(id);
    if (turns.get(job.gitdir) === settled) turns.delete(job.gitdir);
  }
}

function post(response: Response, transfer: readonly ArrayBuffer[]): void {
  parentPort?.postMessage(response, [...transfer]);
}
