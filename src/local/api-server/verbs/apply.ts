import type { WriteCall } from '../api.ts';
import { ApiError, badRequest, forbiddenField, invalid, required } from '../errors.ts';
import { type ApiObject, isMap, type Json, type Metadata, textOf } from '../object.ts';
import { applyPatch, conflictCauses, conflictMessage, TypedError } from '../patch/index.ts';
import { servedApiVersion } from '../resources/codec.ts';
import { trackingOf } from './fields.ts';
import { syncLastApplied } from './last-applied.ts';
import type { WriteOptions } from './options.ts';

const patchOptions = { group: 'meta.k8s.io', name: 'PatchOptions' };

/** The query of an apply names its manager, and only an apply may be forced. @throws 422 */
export function checkPatchOptions(query: URLSearchParams, isApply: boolean): void {
  if (isApply && !query.get('fieldManager')) {
    throw invalid(patchOptions, '', [required('fieldManager', 'is required for apply patch')]);
  }
  if (!isApply && query.has('force')) {
    throw invalid(patchOptions, '', [forbiddenField('force', 'may not be specified for non-apply patch')]);
  }
}

/** The configuration of an apply request, completed by what the path says. @throws 400 */
export function appliedConfiguration(call: WriteCall, body: unknown): ApiObject {
  if (!isMap(body)) throw badRequest('error decoding YAML: the body must be an object');
  const { type, info } = call;
  const apiVersion = servedApiVersion(type);
  if (body['apiVersion'] !== apiVersion || body['kind'] !== type.kind) {
    const [given, kind] = [textOf(body['apiVersion']), textOf(body['kind'])];
    throw badRequest(`invalid object type: ${given.includes('/') ? given : `/${given}`}, Kind=${kind}`);
  }
  const metadata: Metadata = { ...(isMap(body['metadata']) ? body['metadata'] : {}) } as Metadata;
  if (metadata.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil');
  metadata.name ??= info.name;
  if (metadata.name !== info.name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${info.name})`);
  }
  if (type.namespaced) metadata.namespace ??= info.namespace;
  return { ...body, apiVersion, kind: type.kind, metadata };
}

/** What an apply makes of an object (undefined: of nothing). @throws 409 with every field in conflict */
export function applied(
  call: WriteCall,
  live: ApiObject | undefined,
  configuration: ApiObject,
  options: WriteOptions,
): ApiObject {
  const result = run(call, live, configuration, options);
  if (result.conflicts.length === 0) {
    return syncLastApplied(result.object as ApiObject, configuration, options.fieldManager);
  }
  throw new ApiError(409, 'Conflict', conflictMessage(result.conflicts), { causes: conflictCauses(result.conflicts) });
}

function run(call: WriteCall, live: ApiObject | undefined, configuration: ApiObject, options: WriteOptions) {
  const tracking = trackingOf(call, options, live ?? configuration);
  try {
    return applyPatch({ ...tracking, live: live as Json | undefined, applied: configuration, force: options.force });
  } catch (error) {
    if (!(error instanceof TypedError)) throw error;
    throw new ApiError(500, '', error.message);
  }
}
