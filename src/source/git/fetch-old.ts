import * as fs from 'node:fs';
import git, { type HttpClient as GitHttp } from 'isomorphic-git';
import type { HttpClient } from '../http/client.ts';
import { raise } from '../http/failure.ts';
import { raiseNotGit, raiseStatus, repository } from './failures.ts';
import type { Job } from './protocol.ts';
import { authorization, fullCommit } from './reference.ts';

/**
 * Fetches from a server that does not speak protocol v2, by the library's own client; returns the id of what was
 * fetched, which may be a tag. `have` is the branch of the cache that holds what was fetched before.
 */
export async function fetchOld(job: Job, client: HttpClient, have: string, signal: AbortSignal): Promise<string> {
  const { gitdir, url, name } = job;
  const headers = authorization(job.credentials);
  const http = adapter(client, url, signal);
  await git.addRemote({ fs, gitdir, remote: 'origin', url: 'cache', force: true });
  const { fetchHead } = await git
    .fetch({ fs, http, gitdir, url, ref: have, remoteRef: name, depth: 1, singleBranch: true, tags: false, headers })
    .catch((error: unknown) => explain(error, job));
  return fetchHead ?? raise('invalid', 'RefNotFound', `${repository(url)} is empty; push a commit to it`);
}

function explain(error: unknown, job: Job): never {
  const { code, message } = error as { code?: string; message?: string };
  const notGiven = code === 'NotFoundError' || /not our ref|unadvertised/i.test(message ?? '');
  if (notGiven) raiseNotGiven(job);
  if (code === 'RemoteCapabilityError')
    raise('invalid', 'ServerRefused', `${repository(job.url)} does not serve shallow clones`);
  throw error;
}

export function raiseNotGiven({ name, url }: Job): never {
  const remedy = fullCommit.test(name)
    ? 'check the commit id, and that the server gives out commits by id (uploadpack.allowAnySHA1InWant)'
    : 'it may have moved this moment; check the name';
  return raise('invalid', 'RefNotFound', `${repository(url)} does not give "${name}"; ${remedy}`);
}

/** isomorphic-git's way of asking over ours: our time limits, our failures, no credentials in a URL. */
function adapter(client: HttpClient, repositoryUrl: string, signal: AbortSignal): GitHttp {
  return {
    request: async ({ url, method = 'GET', headers = {}, body }) => {
      const bytes = body === undefined ? undefined : await joined(body as AsyncIterable<Uint8Array>);
      const asked = { url, method: method === 'POST' ? 'POST' : 'GET', headers, signal } as const;
      const answer = await client.request({ ...asked, ...(bytes === undefined ? {} : { body: bytes }) });
      if (answer.status !== 200) {
        const text = new TextDecoder().decode(await answer.bytes(1024 * 1024));
        raiseStatus(repositoryUrl, answer.status, text, answer.headers['retry-after']);
      }
      const type = answer.headers['content-type'];
      if (type?.startsWith('application/x-git-upload-pack-') !== true) raiseNotGit(repositoryUrl, type);
      const iterator = answer.body[Symbol.asyncIterator]() as AsyncIterableIterator<Uint8Array>;
      const { status: statusCode } = answer;
      return { url: answer.url, method, headers: { ...answer.headers }, body: iterator, statusCode, statusMessage: '' };
    },
  };
}

async function joined(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}
