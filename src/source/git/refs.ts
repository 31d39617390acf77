import type { HttpClient, HttpResponse } from '../http/client.ts';
import { raise } from '../http/failure.ts';
import { raiseNotGit, raiseStatus, raiseUnknownRef, repository } from './failures.ts';
import { decodePackets, encodePackets, type Packet } from './packet.ts';
import { authorization, candidates, fullCommit, type GitRef } from './reference.ts';

/** Where a ref points: its full name at the server and the commit (tags are peeled). */
export type Tip = Readonly<{ name: string; commit: string }>;

/** Full names, with the commit where each points. */
export type Refs = Map<string, string>;
const maxAnswer = 64 * 1024 * 1024;
const version2 = { 'git-protocol': 'version=2' };

/**
 * Asks where a ref points. Costs one round trip with servers that speak protocol v2 (git 2.18 and later), which send
 * only the refs that were asked for; older servers are asked for their whole list. Throws failures.
 */
export async function resolveTip(http: HttpClient, ref: GitRef, signal: AbortSignal): Promise<Tip> {
  const names = candidates(ref.ref);
  const refs = (await listByPrefix(http, ref, names, signal)) ?? (await advertised(http, ref, names, signal));
  const name = names.find((candidate) => refs.has(candidate));
  const commit = name === undefined ? undefined : refs.get(name);
  if (name !== undefined && commit !== undefined) return { name, commit };
  const known = await listByPrefix(http, ref, ['refs/heads/', 'refs/tags/'], signal);
  return raiseUnknownRef(
    ref.url,
    ref.ref,
    [...(known ?? refs).keys()].map((full) => full.replace(/^refs\/(heads|tags)\//, '')),
  );
}

/** All tags of a repository, annotated ones peeled. Throws failures. */
export async function listTags(http: HttpClient, ref: GitRef, signal: AbortSignal): Promise<Refs> {
  const prefixes = ['refs/tags/'];
  return (await listByPrefix(http, ref, prefixes, signal)) ?? (await advertised(http, ref, prefixes, signal));
}

/** Undefined when the server answers anything else than protocol v2. */
async function listByPrefix(
  http: HttpClient,
  ref: GitRef,
  prefixes: string[],
  signal: AbortSignal,
): Promise<Refs | undefined> {
  const body = encodePackets([
    'command=ls-refs',
    'agent=alustan',
    'object-format=sha1',
    'delim',
    'peel',
    'symrefs',
    ...prefixes.map((prefix) => `ref-prefix ${prefix}`),
    'flush',
  ]);
  const headers = {
    ...version2,
    ...authorization(ref.credentials),
    'content-type': 'application/x-git-upload-pack-request',
    accept: 'application/x-git-upload-pack-result',
  };
  const url = `${base(ref.url)}/git-upload-pack`;
  const answer = await http.request({ url, method: 'POST', headers, body, signal });
  if (answer.status !== 200 || answer.headers['content-type'] !== headers.accept) {
    await answer.discard();
    return undefined;
  }
  const packets = decodePackets(await answer.bytes(maxAnswer));
  // Old servers answer with nothing at all, where v2 ends even an empty list by a flush packet.
  return packets?.at(-1) === 'flush' ? readV2(packets) : undefined;
}

/** Lines `<oid> <name> [peeled:<oid>]`; a tag object's peeled id is the commit. */
function readV2(packets: readonly Packet[]): Refs {
  const refs: Refs = new Map();
  for (const packet of packets) {
    const [oid = '', name = '', ...attributes] = packet.split(' ');
    if (!fullCommit.test(oid)) continue;
    const peeled = attributes.find((attribute) => attribute.startsWith('peeled:'))?.slice('peeled:'.length);
    refs.set(name, peeled ?? oid);
  }
  return refs;
}

/** The list that every smart server gives; also where it shows what is wrong, so failures are told from here. */
async function advertised(http: HttpClient, ref: GitRef, prefixes: string[], signal: AbortSignal): Promise<Refs> {
  const url = `${base(ref.url)}/info/refs?service=git-upload-pack`;
  const headers = { ...version2, ...authorization(ref.credentials) };
  const answer = await http.request({ url, headers, signal });
  await checkAdvertisement(ref.url, answer);
  const packets = decodePackets(await answer.bytes(maxAnswer)) ?? raiseNotGit(ref.url, 'something else');
  const failed = packets.find((packet) => packet.startsWith('ERR '));
  if (failed !== undefined) raise('invalid', 'ServerRefused', `${repository(ref.url)}: ${failed.slice(4, 300)}`);
  if (packets.some((packet) => packet === 'version 2'))
    return (await elsewhere(http, ref, prefixes, answer.url, signal)) ?? new Map();
  return readV0(packets);
}

/** A redirect may have led to where v2 is spoken; the first POST was not followed there. */
async function elsewhere(
  http: HttpClient,
  ref: GitRef,
  prefixes: string[],
  found: string,
  signal: AbortSignal,
): Promise<Refs | undefined> {
  const moved = found.replace(/\/info\/refs(\?.*)?$/, '');
  const secret = new URL(moved).origin !== new URL(ref.url).origin;
  const { credentials: _kept, ...anonymous } = ref;
  return listByPrefix(http, { ...(secret ? anonymous : ref), url: moved }, prefixes, signal);
}

async function checkAdvertisement(url: string, answer: HttpResponse): Promise<void> {
  const type = answer.headers['content-type'];
  if (answer.status !== 200) {
    const text = new TextDecoder().decode(await answer.bytes(1024 * 1024));
    raiseStatus(url, answer.status, text, answer.headers['retry-after']);
  }
  if (type === 'application/x-git-upload-pack-advertisement') return;
  await answer.discard();
  raiseNotGit(url, type);
}

/** Lines `<oid> <name>`; the first carries capabilities after NUL; `<name>^{}` is what the tag before it points to. */
function readV0(packets: readonly Packet[]): Refs {
  const refs: Refs = new Map();
  for (const packet of packets) {
    const [oid = '', name = ''] = (packet.split('\0')[0] ?? '').split(' ');
    if (fullCommit.test(oid)) refs.set(name.replace(/\^\{\}$/, ''), oid);
  }
  refs.delete('capabilities');
  return refs;
}

export function base(url: string): string {
  return url.replace(/\/+$/, '');
}
