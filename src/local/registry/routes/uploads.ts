import { RegistryError } from '../errors.ts';
import { isDigest, requireDigest, requireName } from '../names.ts';
import { bodyOf, type Call, header } from './call.ts';

/** POST: mounts a blob of another repository, takes a whole blob (`digest`), or starts an upload. */
export async function startUpload(call: Call): Promise<Response> {
  const { searchParams } = call.url;
  const mount = searchParams.get('mount');
  if (mount !== null && (await mountBlob(call, mount, searchParams.get('from')))) return created(call, mount);
  const id = await call.store.uploads.start(call.repository);
  const digest = searchParams.get('digest');
  if (digest === null || mount !== null) return accepted(call, id, 0, 202);
  return complete(call, id, digest);
}

/** Whether the blob could be mounted; if not, the client sends it (the specification asks for 202 then). */
async function mountBlob(call: Call, mount: string, from: string | null): Promise<boolean> {
  const { blobs } = call.store;
  if (from === null || !isDigest(mount)) return false;
  if ((await blobs.size(requireName(from), mount)) === undefined) return false;
  await blobs.link(call.repository, mount);
  return true;
}

/** PATCH: the next chunk, at the end unless Content-Range says where. */
export async function appendUpload(call: Call): Promise<Response> {
  const { store, repository, target } = call;
  const size = await store.uploads.append(repository, target, bodyOf(call.request), contentRange(call));
  return accepted(call, target, size, 202);
}

/** PUT: the last chunk, if any, and the digest of the whole. */
export async function finishUpload(call: Call): Promise<Response> {
  await call.store.uploads.size(call.repository, call.target);
  return complete(call, call.target, call.url.searchParams.get('digest') ?? '');
}

export async function uploadStatus(call: Call): Promise<Response> {
  return accepted(call, call.target, await call.store.uploads.size(call.repository, call.target), 204);
}

export async function cancelUpload(call: Call): Promise<Response> {
  await call.store.uploads.cancel(call.repository, call.target);
  return new Response(null, { status: 204 });
}

async function complete(call: Call, id: string, text: string): Promise<Response> {
  const digest = requireDigest(text);
  const { uploads, blobs } = call.store;
  await uploads.append(call.repository, id, bodyOf(call.request), contentRange(call));
  await uploads.finish(call.repository, id, digest);
  await blobs.link(call.repository, digest);
  return created(call, digest);
}

function contentRange(call: Call): { start: number; length: number } | undefined {
  const value = header(call, 'content-range');
  if (value === undefined) return undefined;
  const [, first, last] = /^(?:bytes )?(\d+)-(\d+)(?:\/.*)?$/.exec(value) ?? [];
  const length = Number(last) - Number(first) + 1;
  if (length > 0) return { start: Number(first), length };
  throw new RegistryError('BLOB_UPLOAD_INVALID', `Content-Range must be <first>-<last>, both included, not ${value}`);
}

function created(call: Call, digest: string): Response {
  const location = `/v2/${call.repository}/blobs/${digest}`;
  return new Response(null, { status: 201, headers: { location, 'docker-content-digest': digest } });
}

function accepted(call: Call, id: string, size: number, status: number): Response {
  const headers = {
    location: `/v2/${call.repository}/blobs/uploads/${id}`,
    range: `0-${Math.max(0, size - 1)}`,
    'docker-upload-uuid': id,
  };
  return new Response(null, { status, headers });
}
