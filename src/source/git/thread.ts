import { Worker } from 'node:worker_threads';
import { workerEntry } from '../../core/program.ts';
import type { Failure, Result } from '../../core/result.ts';
import { fail, ok } from '../../core/result.ts';
import type { GitFact, Job, Request, Response } from './protocol.ts';

/** The git worker thread as seen from outside: jobs in, results out. Starts with the first job, or when told to. */
export interface GitThread {
  /** Starts it now: it takes some hundred milliseconds, which its first job need not wait for. Keeps no process alive. */
  prepare(): void;
  run(job: Job, signal: AbortSignal): Promise<Result<GitFact>>;
  close(): Promise<void>;
}

const aborted: Failure = { kind: 'transient', reason: 'Aborted', message: 'the request was given up' };

/** `entry` is the worker's file: another one in the bundle than in the sources. */
export function createGitThread(entry: URL = workerEntry('git-worker', import.meta.url)): GitThread {
  const waiting = new Map<number, (result: Result<GitFact>) => void>();
  let worker: Worker | undefined;
  let last = 0;

  const settle = (id: number, result: Result<GitFact>): void => {
    waiting.get(id)?.(result);
    waiting.delete(id);
    // An idle worker must not keep the process alive.
    if (waiting.size === 0) worker?.unref();
  };

  const start = (): Worker => {
    const started = new Worker(entry);
    const lost = (why: string) => {
      if (worker === started) worker = undefined;
      for (const id of [...waiting.keys()])
        settle(id, fail('transient', 'GitWorkerFailed', `the git worker stopped: ${why}`));
    };
    started.on('message', (answer: Response) => settle(answer.id, answer.ok ? ok(answer.value) : answer));
    started.on('error', (error: Error) => lost(error.message));
    started.on('exit', (code) => lost(`exit code ${code}`));
    return started;
  };

  const run = (job: Job, signal: AbortSignal): Promise<Result<GitFact>> => {
    if (signal.aborted) return Promise.resolve({ ok: false, failure: aborted });
    worker ??= start();
    const thread = worker;
    const id = ++last;
    return new Promise((resolve) => {
      const giveUp = () => {
        thread.postMessage({ id, abort: true } satisfies Request);
        settle(id, { ok: false, failure: aborted });
      };
      waiting.set(id, (result) => {
        signal.removeEventListener('abort', giveUp);
        resolve(result);
      });
      signal.addEventListener('abort', giveUp, { once: true });
      thread.ref();
      thread.postMessage({ id, job } satisfies Request);
    });
  };

  return {
    run,
    prepare: () => {
      if (worker !== undefined) return;
      worker = start();
      worker.unref();
    },
    close: async () => {
      const closing = worker;
      worker = undefined;
      await closing?.terminate();
    },
  };
}
