import { requireNamespace } from '../admission/namespaces.ts';
import { strategyOf } from '../admission/strategies.ts';
import type { AdmissionContext } from '../admission/strategy.ts';
import type { WriteCall } from '../api.ts';
import { alreadyExists, invalid } from '../errors.ts';
import type { ApiObject } from '../object.ts';
import { keyOf, subresourceOf } from '../resources/resource-type.ts';
import { conform, schemaCauses } from './conform.ts';
import { trackFields } from './fields.ts';
import { stampNew, validateMetadata } from './metadata.ts';
import { kindName, resourceName, saveObject } from './objects.ts';
import type { WriteOptions } from './options.ts';

export function admission(call: WriteCall, options: Pick<WriteOptions, 'dryRun'>): AdmissionContext {
  const { api, type, request } = call;
  return {
    api,
    type,
    user: request.user,
    warnings: request.warnings,
    dryRun: options.dryRun,
    subresource: call.info.subresource,
  };
}

/** Makes a new object of what a client sent (or an apply patch came to). @throws 400, 403, 404, 409, 422 */
export function createObject(
  call: WriteCall,
  sent: ApiObject,
  options: WriteOptions,
  operation: 'Update' | 'Apply' = 'Update',
): ApiObject {
  const object = conform(call, sent, options);
  const { type } = call;
  const strategy = strategyOf(type);
  const context = admission(call, options);
  stampNew(call, object);
  const { name, namespace = '' } = object.metadata;
  requireNamespace(call.api, type, namespace, name);
  if (subresourceOf(type, 'status') !== undefined && strategy.keepsStatusOnCreate !== true) delete object['status'];
  strategy.defaults?.(object);
  // Owners are those of what was sent and its defaults, not of what admission adds.
  trackFields(call, undefined, object, options, operation);
  strategy.create?.(object, context);
  strategy.defaults?.(object);
  if (strategy.generation !== undefined) object.metadata.generation = 1;
  const causes = [
    ...validateMetadata(call, object, undefined),
    ...schemaCauses(call, object),
    ...(strategy.validate?.(object, undefined, context) ?? []),
  ];
  if (causes.length > 0) throw invalid(kindName(type), name, causes);
  if (call.api.store.get(keyOf(type, namespace, name)) !== undefined) throw alreadyExists(resourceName(type), name);
  if (options.dryRun) return object;
  const saved = saveObject(call, object);
  return saved;
}
