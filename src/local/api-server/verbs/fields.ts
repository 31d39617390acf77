import type { WriteCall } from '../api.ts';
import type { ApiObject } from '../object.ts';
import type { WriteOptions } from './options.ts';

/** Keeps metadata.managedFields: who set which field, for server-side apply. */
export function trackFields(
  _call: WriteCall,
  old: ApiObject | undefined,
  draft: ApiObject,
  _options: WriteOptions,
  _operation: 'Update' | 'Apply',
): void {
  if (old?.metadata.managedFields === undefined) delete draft.metadata.managedFields;
  else draft.metadata.managedFields = old.metadata.managedFields;
}
