import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import git from 'isomorphic-git';
import { createHttpClient, type HttpClient } from '../http/client.ts';
import { raise } from '../http/failure.ts';
import { repository } from './failures.ts';
import { fetchOld, raiseNotGiven } from './fetch-old.ts';
import { encodePackets, type Packet, readPackets } from './packet.ts';
import type { Job } from './protocol.ts';
import { authorization } from './reference.ts';
import { base } from './refs.ts';

/** The branch in a cache repository that holds what was fetched last, so that the next fetch brings the difference. */
const have = 'alustan-have';

/**
 * Brings one commit, without its history, into the cache repository, and returns its id: with old servers another than
 * the one asked for when the ref has moved since. Downloads nothing when the commit is there already.
 */
export async function fetchCommit(job: Job, signal: AbortSignal): Promise<string> {
  const { gitdir, credentials } = job;
  if (await hasCommit(gitdir, job.commit)) return job.commit;
  await git.init({ fs, gitdir, bare: true, defaultBranch: have });
  const client = createHttpClient({
    timeouts: job.timeouts,
    ...(credentials?.ca === undefined ? {} : { ca: credentials.ca }),
  });
  try {
    const fetched = (await fetchV2(job, client, signal)) ? job.commit : await fetchOld(job, client, have, signal);
    // An annotated tag is an object of its own; this is the commit under it.
    const { oid } = await git.readCommit({ fs, gitdir, oid: fetched });
    await git.writeRef({ fs, gitdir, ref: `refs/heads/${have}`, value: oid, force: true });
    return oid;
  } finally {
    await client.close();
  }
}

export async function hasCommit(gitdir: string, commit: string): Promise<boolean> {
  return git.readCommit({ fs, gitdir, oid: commit, cache: {} }).then(
    () => true,
    () => false,
  );
}

/**
 * One request of protocol v2 (gitprotocol-v2, "fetch"); false when the server does not speak it. It gives any commit by
 * its id and sends no list of refs.
 */
async function fetchV2(job: Job, client: HttpClient, signal: AbortSignal): Promise<boolean> {
  const { gitdir } = job;
  const last = await git.resolveRef({ fs, gitdir, ref: `refs/heads/${have}` }).catch(() => undefined);
  const known = last === undefined ? [] : [`shallow ${last}`, `have ${last}`];
  const options: Packet[] = ['ofs-delta', 'no-progress', ...known, 'deepen 1', `want ${job.commit}`, 'done'];
  const result = 'application/x-git-upload-pack-result';
  const answer = await client.request({
    url: `${base(job.url)}/git-upload-pack`,
    method: 'POST',
    headers: {
      'git-protocol': 'version=2',
      ...authorization(job.credentials),
      'content-type': 'application/x-git-upload-pack-request',
      accept: result,
    },
    body: encodePackets(['command=fetch', 'agent=alustan', 'object-format=sha1', 'delim', ...options, 'flush']),
    signal,
  });
  const packets = readPackets(answer.body);
  const first =
    answer.status === 200 && answer.headers['content-type'] === result ? (await packets.next()).value : undefined;
  const line = first instanceof Uint8Array ? Buffer.from(first).toString() : undefined;
  if (line?.startsWith('ERR ')) raiseNotGiven(job);
  if (line === undefined || !/^(shallow-info|packfile)\n?$/.test(line)) {
    await answer.discard();
    return false;
  }
  if (!line.startsWith('packfile')) await skipTo(packets, 'packfile', job.url);
  await storePack(gitdir, packets, job.url);
  return true;
}

type Packets = AsyncGenerator<Uint8Array | 'flush' | 'delim'>;

async function skipTo(packets: Packets, section: string, url: string): Promise<void> {
  for (;;) {
    const { value, done } = await packets.next();
    if (done === true) raise('transient', 'BadAnswer', `${repository(url)} ended its answer before the ${section}`);
    if (value instanceof Uint8Array && Buffer.from(value).toString().trimEnd() === section) return;
  }
}

/** Writes the pack beside its index; a pack without an index, as a crash leaves it, is not looked at. */
async function storePack(gitdir: string, packets: Packets, url: string): Promise<void> {
  const folder = join(gitdir, 'objects', 'pack');
  await mkdir(folder, { recursive: true });
  const name = `pack-${randomUUID().replaceAll('-', '')}.pack`;
  const partial = join(folder, `${name}.partial`);
  const file = await open(partial, 'w');
  try {
    for await (const packet of packets) {
      if (!(packet instanceof Uint8Array)) break;
      if (packet[0] === 1) await file.write(packet, 1);
      if (packet[0] === 3)
        raise('transient', 'ServerError', `${repository(url)}: ${Buffer.from(packet.subarray(1)).toString().trim()}`);
    }
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  await rename(partial, join(folder, name));
  await git.indexPack({ fs, dir: gitdir, gitdir, filepath: `objects/pack/${name}` });
}
