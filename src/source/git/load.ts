import { rm } from 'node:fs/promises';
import { FailureError } from '../http/failure.ts';
import { touchFolder } from './cache.ts';
import { fetchCommit } from './fetch.ts';
import type { GitFact, Job } from './protocol.ts';
import { fetchOverSsh } from './ssh.ts';
import { transportOf } from './transport.ts';
import { readTree } from './tree.ts';

/**
 * Brings a commit into the cache and reads a path of it. A cache that cannot be read, as a crash or a full disk leaves
 * it, is thrown away and fetched anew, once. Throws failures.
 */
export async function load(job: Job, signal: AbortSignal): Promise<GitFact> {
  await touchFolder(job.gitdir);
  try {
    return await bring(job, signal);
  } catch (error) {
    if (error instanceof FailureError || signal.aborted) throw error;
    await rm(job.gitdir, { recursive: true, force: true });
    return bring(job, signal);
  }
}

async function bring(job: Job, signal: AbortSignal): Promise<GitFact> {
  const fetch = transportOf(job.url) === 'ssh' ? fetchOverSsh : fetchCommit;
  return readTree(job, await fetch(job, signal));
}
