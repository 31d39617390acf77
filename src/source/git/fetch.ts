import * as fs from 'node:fs';
import git, { type HttpClient as GitHttp } from 'isomorphic-git';
import { createHttpClient, type HttpClient } from '../http/client.ts';
import { raise } from '../http/failure.ts';
import { raiseNotGit, raiseStatus, repository } from './failures.ts';
import type { FetchJob } from './protocol.ts';
import { authorization, fullCommit } from './reference.ts';

/** The branch in a cache repository that holds what was fetched last, so that the next fetch brings the difference. */
const have = 'alustan-have';

/**
 * Brings one commit, without its history, into the cache repository, and returns its id: another than the one asked
 * for when the ref has moved since. Downloads nothing when the commit is there already.
 */
export async function fetchCommit(job: FetchJob, signal: AbortSignal): Promise<string> {
  const { gitdir } = job;
  if (await hasCommit(gitdir, job.commit)) return job.commit;
  await git.init({ fs, gitdir, bare: true, defaultBranch: have });
  await git.addRemote({ fs, gitdir, remote: 'origin', url: 'cache', force: true });
  const client = createHttpClient({
    timeouts: job.timeouts,
    ...(job.credentials?.ca === undefined ? {} : { ca: job.credentials.ca }),
  });
  try {
    const commit = await download(job, adapter(client, job.url, signal));
    await git.writeRef({ fs, gitdir, ref: `refs/heads/${have}`, value: commit, force: true });
    return commit;
  } finally {
    await client.close();
  }
}

async function download(job: FetchJob, http: GitHttp): Promise<string> {
  const { gitdir, url } = job;
  const cache = {};
  const { fetchHead } = await git
    .fetch({
      fs,
      http,
      gitdir,
      cache,
      url,
      ref: have,
      remoteRef: job.name,
      depth: 1,
      singleBranch: true,
      tags: false,
      headers: authorization(job.credentials),
    })
    .catch((error: unknown) => explain(error, job));
  if (fetchHead === null) raise('invalid', 'RefNotFound', `${repository(url)} is empty; push a commit to it`);
  // An annotated tag is an object of its own; this is the commit under it.
  const { oid } = await git.readCommit({ fs, gitdir, cache, oid: fetchHead });
  return oid;
}

export async function hasCommit(gitdir: string, commit: string): Promise<boolean> {
  return git.readCommit({ fs, gitdir, oid: commit, cache: {} }).then(
    () => true,
    () => false,
  );
}

function explain(error: unknown, job: FetchJob): never {
  const { code, message } = error as { code?: string; message?: string };
  const name = repository(job.url);
  if (code === 'NotFoundError' || /not our ref|unadvertised/i.test(message ?? '')) {
    const remedy = fullCommit.test(job.name)
      ? 'check the commit id, and that the server gives out commits by id (uploadpack.allowAnySHA1InWant)'
      : 'check the name';
    raise('invalid', 'RefNotFound', `${name} does not give "${job.name}"; ${remedy}`);
  }
  if (code === 'RemoteCapabilityError') raise('invalid', 'ServerRefused', `${name} does not serve shallow clones`);
  throw error;
}

/** isomorphic-git's way of asking over ours: our time limits, our failures, no credentials in a URL. */
function adapter(client: HttpClient, repositoryUrl: string, signal: AbortSignal): GitHttp {
  return {
    request: async ({ url, method = 'GET', headers = {}, body }) => {
      const bytes = body === undefined ? undefined : await joined(body as AsyncIterable<Uint8Array>);
      const answer = await client.request({
        url,
        method: method === 'POST' ? 'POST' : 'GET',
        headers,
        ...(bytes === undefined ? {} : { body: bytes }),
        signal,
      });
      if (answer.status !== 200) {
        const text = new TextDecoder().decode(await answer.bytes(1024 * 1024));
        raiseStatus(repositoryUrl, answer.status, text, answer.headers['retry-after']);
      }
      const type = answer.headers['content-type'];
      if (type?.startsWith('application/x-git-upload-pack-') !== true) raiseNotGit(repositoryUrl, type);
      const iterator = answer.body[Symbol.asyncIterator]() as AsyncIterableIterator<Uint8Array>;
      return {
        url: answer.url,
        method,
        headers: { ...answer.headers },
        body: iterator,
        statusCode: answer.status,
        statusMessage: '',
      };
    },
  };
}

async function joined(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}
