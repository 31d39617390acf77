import { RegistryError } from '../errors.ts';
import { requireDigest } from '../names.ts';
import { type Call, header, streamResponse } from './call.ts';

type Range = Readonly<{ first: number; last: number }>;

export async function readBlob(call: Call): Promise<Response> {
  const digest = requireDigest(call.target);
  const size = await call.store.blobs.requireSize(call.repository, digest);
  const range = parseRange(header(call, 'range'), size);
  const headers = {
    'accept-ranges': 'bytes',
    'content-type': 'application/octet-stream',
    'content-length': String(range === undefined ? size : range.last - range.first + 1),
    'docker-content-digest': digest,
    etag: `"${digest}"`,
    ...(range === undefined ? {} : { 'content-range': `bytes ${range.first}-${range.last}/${size}` }),
  };
  const status = range === undefined ? 200 : 206;
  if (call.method === 'HEAD') return new Response(null, { status, headers });
  return streamResponse(await call.store.blobs.read(digest, range), status, headers);
}

export async function deleteBlob(call: Call): Promise<Response> {
  await call.store.blobs.unlink(call.repository, requireDigest(call.target));
  return new Response(null, { status: 202 });
}

/** One range of bytes (RFC 9110, 14.1.2). Other units and lists of ranges are answered with the whole, which is allowed. */
function parseRange(value: string | undefined, size: number): Range | undefined {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(value ?? '') ?? [];
  if (from === undefined || to === undefined || from + to === '') return undefined;
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (first <= last) return { first, last };
  throw new RegistryError('RANGE_INVALID', `the blob has ${size} bytes, asked for ${value}`, 416, {
    'content-range': `bytes */${size}`,
  });
}
