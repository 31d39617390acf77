import { strategyOf } from '../admission/strategies.ts';
import type { WriteCall } from '../api.ts';
import type { ApiObject } from '../object.ts';
import { type Tracking, trackUpdate } from '../patch/index.ts';
import { servedApiVersion } from '../resources/codec.ts';
import { subresourceOf } from '../resources/resource-type.ts';
import { schemaOf } from '../resources/schemas.ts';
import type { WriteOptions } from './options.ts';

/** Who writes what, for metadata.managedFields; `object` tells which top-level fields there are. */
export function trackingOf(call: WriteCall, options: WriteOptions, object: ApiObject): Tracking {
  const { subresource } = call.info;
  return {
    manager: options.fieldManager,
    schema: schemaOf(call.type),
    apiVersion: servedApiVersion(call.type),
    now: call.api.now(),
    ...(subresource === '' ? {} : { subresource }),
    ignored: ignoredFields(call, object),
  };
}

/** What this endpoint puts back as it was, and so gives to nobody. */
function ignoredFields(call: WriteCall, object: ApiObject): string[][] {
  const others = Object.keys(object).filter((field) => field !== 'status' && field !== 'metadata');
  if (call.info.subresource === 'status') {
    const metadata = (strategyOf(call.type).statusLeaves ?? []).map((field) => ['metadata', field]);
    return [...others.map((field) => [field]), ...metadata];
  }
  return subresourceOf(call.type, 'status') === undefined ? [] : [['status']];
}

/** Keeps metadata.managedFields through an ordinary write. An apply has done so itself. */
export function trackFields(
  call: WriteCall,
  old: ApiObject | undefined,
  draft: ApiObject,
  options: WriteOptions,
  operation: 'Update' | 'Apply',
): void {
  if (operation === 'Apply') return;
  const entries = trackUpdate({ ...trackingOf(call, options, draft), before: old, after: draft });
  if (entries === undefined) delete draft.metadata.managedFields;
  else draft.metadata.managedFields = entries;
}
