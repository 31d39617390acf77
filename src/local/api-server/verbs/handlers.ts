import type { Call, Verb } from '../api.ts';
import { badRequest } from '../errors.ts';
import { decodeObject, mediaType, readObject } from '../http/body.ts';
import { sendJson } from '../http/respond.ts';
import { type ApiObject, groupOf, isMap, versionOf } from '../object.ts';
import { decode, servedApiVersion } from '../resources/codec.ts';
import { duplicateFields } from '../schema/index.ts';
import { negotiate, presentList, presentObject } from '../table/present.ts';
import { serveWatch } from '../watch/watch.ts';
import { createObject } from './create.ts';
import { deleteObject, deleteOptions } from './delete.ts';
import { listEntries, listText } from './list.ts';
import { loadObject, resourceName } from './objects.ts';
import { type WriteOptions, writeOptions } from './options.ts';
import { patchObject, readPatch } from './patch.ts';
import { updateObject } from './update.ts';

function sendObject(call: Call, code: number, object: ApiObject): void {
  const presentation = negotiate(call.request);
  sendJson(call.request, code, JSON.stringify(presentObject(call, presentation, object)), presentation.contentType);
}

/** The object in the body, checked to be of the kind that the path takes. @throws 400 */
async function readResource(call: Call): Promise<{ object: ApiObject; options: WriteOptions }> {
  const bytes = await call.request.body();
  const body = decodeObject(call.request, bytes);
  if (body === undefined)
    throw badRequest(`the object provided is unrecognized (must be of type ${call.type.kind}): the body is empty`);
  const { type } = call;
  const apiVersion = servedApiVersion(type);
  if (body['kind'] !== undefined && (body['kind'] !== type.kind || body['apiVersion'] !== apiVersion)) {
    throw badRequest(wrongKind(call, String(body['apiVersion']), String(body['kind'])));
  }
  const metadata = isMap(body['metadata']) ? body['metadata'] : {};
  const object = { ...body, apiVersion, kind: type.kind, metadata } as ApiObject;
  const options = writeOptions(call.request);
  const checked = options.fieldValidation !== 'Ignore' && mediaType(call.request) === 'application/json';
  return { object, options: checked ? { ...options, duplicates: duplicateFields(bytes.toString()) } : options };
}

/** What the real server says to an object of another kind than the path takes. */
function wrongKind({ api, type }: Call, apiVersion: string, kind: string): string {
  const version = versionOf(apiVersion);
  const known = api.registry.all().some((one) => one.kind === kind && servedApiVersion(one) === apiVersion);
  const older = kind === type.kind && (known || groupOf(apiVersion) === 'extensions' || version.includes('beta'));
  if (older) {
    return `the API version in the data (${apiVersion}) does not match the expected API version (${servedApiVersion(type)})`;
  }
  const package_ = type.group === '' ? 'core' : type.group.split('.')[0];
  const why = known
    ? `converting (${version}.${kind}) to (${package_}.${type.kind}): unknown conversion`
    : `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:110"`;
  return `${kind} in version "${version}" cannot be handled as a ${type.kind}: ${why}`;
}

async function create(call: Call): Promise<void> {
  const { object, options } = await readResource(call);
  sendObject(call, 201, createObject(call, object, options));
}

function get(call: Call): void {
  sendObject(call, 200, loadObject(call));
}

function list(call: Call): void {
  const presentation = negotiate(call.request);
  sendJson(call.request, 200, presentList(call, presentation, listEntries(call)), presentation.contentType);
}

function watch(call: Call): void {
  serveWatch(call, negotiate(call.request));
}

async function update(call: Call): Promise<void> {
  const { object, options } = await readResource(call);
  const updated = updateObject(call, () => object, options);
  sendObject(call, 200, updated);
}

async function remove(call: Call): Promise<void> {
  const options = deleteOptions(await readObject(call.request), call.request.query);
  const { object, gone } = deleteObject(call, call.info.name, options);
  if (!gone) return sendObject(call, 200, object);
  const { group, name: kind } = resourceName(call.type);
  const { name, uid } = object.metadata;
  const details = { name, ...(group === '' ? {} : { group }), kind, uid };
  sendJson(
    call.request,
    200,
    JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details }),
  );
}

async function removeAll(call: Call): Promise<void> {
  const options = deleteOptions(await readObject(call.request), call.request.query);
  const listed = listEntries(call);
  for (const entry of listed.entries) {
    const { name, namespace = '' } = decode(call.type, entry.value).metadata;
    deleteObject({ ...call, info: { ...call.info, namespace, name } }, name, options);
  }
  sendJson(call.request, 200, listText(call, listed));
}

async function patch(call: Call): Promise<void> {
  const { object, created } = patchObject(call, await readPatch(call.request), writeOptions(call.request));
  sendObject(call, created ? 201 : 200, object);
}

export const plainVerbs: Record<string, Verb> = {
  create,
  patch,
  get,
  list,
  watch,
  update,
  delete: remove,
  deletecollection: removeAll,
};
