import { strategyOf } from '../admission/strategies.ts';
import type { Strategy } from '../admission/strategy.ts';
import type { WriteCall } from '../api.ts';
import { invalid } from '../errors.ts';
import { type ApiObject, equalJson } from '../object.ts';
import { subresourceOf } from '../resources/resource-type.ts';
import { conform, schemaCauses } from './conform.ts';
import { admission } from './create.ts';
import { trackFields } from './fields.ts';
import { carryMetadata, specChanged, validateMetadata } from './metadata.ts';
import { eraseObject, kindName, loadObject, saveObject } from './objects.ts';
import type { Patch, WriteOptions } from './options.ts';

type Change = (old: ApiObject) => ApiObject;
type Operation = 'Update' | 'Apply';

/**
 * Replaces the object that the request names by what `change` makes of it. Nothing is written when nothing changed;
 * the object goes when it was being deleted and its last finalizer went. @throws 400, 404, 409, 422
 */
export function updateObject(
  call: WriteCall,
  change: Change,
  options: WriteOptions,
  operation: Operation = 'Update',
  patch?: Patch,
): ApiObject {
  const strategy = strategyOf(call.type);
  const context = admission(call, options);
  const old = loadObject(call);
  const draft = conform(call, change(structuredClone(old)), options, patch);
  carryMetadata(call, draft, old);
  mask(call, strategy, draft, old);
  strategy.defaults?.(draft);
  trackFields(call, old, draft, options, operation);
  if (call.info.subresource === '') strategy.update?.(draft, old, context);
  strategy.defaults?.(draft);
  if (call.info.subresource !== 'status' && isNewGeneration(strategy, draft, old)) {
    draft.metadata.generation = (old.metadata.generation ?? 0) + 1;
  }
  const causes = [
    ...validateMetadata(call, draft, old),
    ...schemaCauses(call, draft, old),
    ...(strategy.validate?.(draft, old, context) ?? []),
  ];
  if (causes.length > 0) throw invalid(kindName(call.type), old.metadata.name, causes);
  if (options.dryRun) return draft;
  return finish(call, strategy, draft, old);
}

/** What this subresource may not touch is put back: the status of an object, or everything but it and its metadata. */
function mask(call: WriteCall, strategy: Strategy, draft: ApiObject, old: ApiObject): void {
  const hasStatus = subresourceOf(call.type, 'status') !== undefined;
  if (call.info.subresource === 'status') {
    const { status, metadata } = draft;
    for (const field of Object.keys(draft)) if (field !== 'metadata') delete draft[field];
    Object.assign(draft, structuredClone(old), { metadata });
    for (const field of strategy.statusLeaves ?? []) {
      if (old.metadata[field] === undefined) delete metadata[field];
      else Object.assign(metadata, { [field]: structuredClone(old.metadata[field]) });
    }
    if (status === undefined) delete draft['status'];
    else draft['status'] = status;
  } else if (hasStatus && strategy.writesStatus !== true && call.info.subresource !== 'binding') {
    if (old['status'] === undefined) delete draft['status'];
    else draft['status'] = structuredClone(old['status']);
  }
}

function isNewGeneration(strategy: Strategy, draft: ApiObject, old: ApiObject): boolean {
  if (strategy.generation === undefined) return false;
  if (specChanged(draft, old)) return true;
  const [now, before] = [draft.metadata.annotations ?? {}, old.metadata.annotations ?? {}];
  return strategy.generation === 'spec and annotations' && !equalJson(now, before);
}

function finish(call: WriteCall, strategy: Strategy, draft: ApiObject, old: ApiObject): ApiObject {
  const leaving = draft.metadata.deletionTimestamp !== undefined;
  const held = (draft.metadata.finalizers ?? []).length > 0 || strategy.lingers?.(draft) === true;
  const graceful = (draft.metadata.deletionGracePeriodSeconds ?? 0) > 0;
  if (leaving && !held && !graceful) {
    const last = eraseObject(call, draft);
    return last;
  }
  if (equalJson(draft, old)) return old;
  const saved = saveObject(call, draft);
  return saved;
}
