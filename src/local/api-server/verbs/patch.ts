import { parse as parseYaml } from 'yaml';
import type { WriteCall } from '../api.ts';
import { ApiError, badRequest, conflict, invalid, invalidValue, unsupportedMediaType } from '../errors.ts';
import { mediaType, parseJson } from '../http/body.ts';
import type { ApiRequest } from '../http/request.ts';
import type { ApiObject } from '../object.ts';
import { jsonPatch, mergePatch, PatchError, strategicMergePatch } from '../patch/index.ts';
import { keyOf } from '../resources/resource-type.ts';
import { schemaOf } from '../resources/schemas.ts';
import { applied, appliedConfiguration, checkPatchOptions } from './apply.ts';
import { createObject } from './create.ts';
import { kindName, resourceName } from './objects.ts';
import type { Patch, WriteOptions } from './options.ts';
import { updateObject } from './update.ts';

const kinds: Record<string, Patch['kind']> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

/** The patch in a request's body. @throws 400, 415 */
export async function readPatch(request: ApiRequest): Promise<Patch> {
  const kind = kinds[mediaType(request)];
  checkPatchOptions(request.query, kind === 'apply');
  if (kind === undefined) throw unsupportedMediaType(Object.keys(kinds).join(', '));
  const bytes = await request.body();
  return { kind, body: kind === 'apply' ? parseApply(bytes) : parseJson(bytes) };
}

function parseApply(bytes: Buffer): unknown {
  try {
    return parseYaml(bytes.toString());
  } catch (error) {
    throw badRequest(`error decoding YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Patches the object that the request names; an apply patch makes it when it is missing. @throws ApiError */
export function patchObject(
  call: WriteCall,
  patch: Patch,
  options: WriteOptions,
): { object: ApiObject; created: boolean } {
  if (patch.kind !== 'apply') {
    const change = (old: ApiObject): ApiObject => patched(call, old, patch);
    return { object: updateObject(call, change, options, 'Update', patch), created: false };
  }
  const configuration = appliedConfiguration(call, patch.body);
  const { uid = '' } = configuration.metadata;
  const key = keyOf(call.type, call.info.namespace, call.info.name);
  if (call.api.store.get(key) === undefined && call.info.subresource === '') {
    if (uid !== '') throw conflict(resourceName(call.type), call.info.name, mismatch(uid));
    const object = createObject(call, applied(call, undefined, configuration, options), options, 'Apply');
    return { object, created: true };
  }
  const change = (old: ApiObject): ApiObject => {
    if (uid === '' || uid === old.metadata.uid) return applied(call, old, configuration, options);
    const cause = invalidValue('metadata.uid', uid, 'field is immutable');
    throw invalid(kindName(call.type), call.info.name, [cause]);
  };
  return { object: updateObject(call, change, options, 'Apply'), created: false };
}

function mismatch(uid: string): string {
  return `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
}

/** What a patch makes of an object. @throws 400 for a patch that is none, 422 for one that does not fit, 415 */
function patched(call: WriteCall, object: ApiObject, patch: Patch): ApiObject {
  return patchErrors(() => {
    if (patch.kind === 'json') return jsonPatch(object, patch.body);
    if (patch.kind === 'merge') return mergePatch(object, patch.body);
    if (call.type.custom !== undefined) throw unsupportedMediaType(customKinds);
    return strategicMergePatch(object, patch.body, schemaOf(call.type));
  });
}

/** Runs a patch and words its errors as the real server does. */
export function patchErrors<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    if (error.kind === 'malformed') throw badRequest(error.message);
    if (error.kind === 'unexpected') throw new ApiError(500, '', error.message);
    throw new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
  }
}

/** Custom resources have no Go type whose tags a strategic merge could follow. */
const customKinds = 'application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml';
