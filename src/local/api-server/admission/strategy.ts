import type { Api } from '../api.ts';
import type { Cause } from '../errors.ts';
import type { User } from '../http/request.ts';
import type { ApiObject } from '../object.ts';
import type { ResourceType } from '../resources/resource-type.ts';

export type AdmissionContext = Readonly<{
  api: Api;
  type: ResourceType;
  user: User;
  warnings: string[];
  dryRun: boolean;
  /** Empty for the object itself. */
  subresource: string;
}>;

/** What the API server itself does to the objects of one built-in resource. Steps change the object in place. */
export type Strategy = Readonly<{
  /** What metadata.generation counts the changes of. */
  generation?: 'spec' | 'spec and annotations';
  /** Metadata that a write of the status leaves as it is. */
  statusLeaves?: readonly ('labels' | 'annotations' | 'finalizers' | 'ownerReferences')[];
  /** Status given at creation is kept (Nodes). */
  keepsStatusOnCreate?: boolean;
  /** An ordinary update may change the status although a subresource `status` exists. */
  writesStatus?: boolean;
  /** Defaults; on every write. */
  defaults?: (object: ApiObject) => void;
  create?: (object: ApiObject, context: AdmissionContext) => void;
  update?: (object: ApiObject, old: ApiObject, context: AdmissionContext) => void;
  /** `old` is undefined for a creation. */
  validate?: (object: ApiObject, old: ApiObject | undefined, context: AdmissionContext) => Cause[];
  /** Whether an object that is being deleted and has no finalizers left still has to stay. */
  lingers?: (object: ApiObject) => boolean;
  /** Before a deletion is carried out: what has to hold the object back. */
  prepareDelete?: (object: ApiObject) => void;
  /** When an object that has to stay for a while is marked as deleted. */
  deleting?: (object: ApiObject) => void;
  /** The propagation policy of clients that name none. */
  defaultPropagation?: 'Orphan' | 'Background';
}>;
