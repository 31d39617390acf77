import { strategyOf } from '../admission/strategies.ts';
import type { WriteCall } from '../api.ts';
import { badRequest, conflict } from '../errors.ts';
import { type ApiObject, dig, type Json, mapOf, numberOf, textOf, timestamp } from '../object.ts';
import { eraseObject, loadObject, resourceName, saveObject } from './objects.ts';

export type DeleteOptions = Readonly<{
  gracePeriodSeconds?: number;
  propagationPolicy?: string;
  uid?: string;
  resourceVersion?: string;
  dryRun: boolean;
}>;

/** metav1.DeleteOptions from the body, or from the query as older clients send them. @throws 400 */
export function deleteOptions(body: Json | undefined, query: URLSearchParams): DeleteOptions {
  const from = body ?? {};
  const grace = from['gracePeriodSeconds'] ?? numeric(query.get('gracePeriodSeconds'));
  const policy = textOf(from['propagationPolicy']) || (query.get('propagationPolicy') ?? orphaned(from, query));
  const { uid, resourceVersion } = mapOf(from['preconditions']);
  const dryRun = Array.isArray(from['dryRun']) ? from['dryRun'].includes('All') : query.get('dryRun') === 'All';
  if (policy !== '' && !['Background', 'Foreground', 'Orphan'].includes(policy)) {
    throw badRequest(`invalid DeleteOptions: propagationPolicy: Unsupported value: "${policy}"`);
  }
  return {
    ...(typeof grace === 'number' ? { gracePeriodSeconds: grace } : {}),
    ...(policy === '' ? {} : { propagationPolicy: policy }),
    ...(typeof uid === 'string' ? { uid } : {}),
    ...(typeof resourceVersion === 'string' ? { resourceVersion } : {}),
    dryRun,
  };
}

function numeric(value: string | null): number | undefined {
  return value === null || value === '' ? undefined : Number(value);
}

/** The old spelling of the policy. */
function orphaned(from: Json, query: URLSearchParams): string {
  const value = from['orphanDependents'] ?? query.get('orphanDependents');
  if (value === undefined || value === null) return '';
  return value === true || value === 'true' ? 'Orphan' : 'Background';
}

/**
 * Deletes an object, or marks it for whoever still has to act: finalizers, the node (Pods with a grace period), the
 * namespace controller. @throws 404, 409
 */
export function deleteObject(
  call: WriteCall,
  name: string,
  options: DeleteOptions,
): { object: ApiObject; gone: boolean } {
  const object = loadObject(call, name);
  checkPreconditions(call, object, options);
  const strategy = strategyOf(call.type);
  const before = JSON.stringify(object);
  strategy.prepareDelete?.(object);
  applyPolicy(object, options, strategy.defaultPropagation);
  const grace = gracePeriod(call, object, options);
  const held = (object.metadata.finalizers ?? []).length > 0 || strategy.lingers?.(object) === true;
  if (!held && grace === 0) {
    if (options.dryRun) return { object, gone: true };
    const last = eraseObject(call, object);
    return { object: last, gone: true };
  }
  markDeleted(call, object, grace);
  strategy.deleting?.(object);
  if (options.dryRun || JSON.stringify(object) === before) return { object, gone: false };
  const saved = saveObject(call, object);
  return { object: saved, gone: false };
}

function markDeleted(call: WriteCall, object: ApiObject, grace: number): void {
  const { metadata } = object;
  const known = metadata.deletionTimestamp !== undefined;
  if (known && grace >= (metadata.deletionGracePeriodSeconds ?? 0)) return;
  metadata.deletionTimestamp = timestamp(new Date(call.api.now().getTime() + grace * 1000));
  metadata.deletionGracePeriodSeconds = grace;
  if (!known && metadata.generation !== undefined) metadata.generation += 1;
}

function checkPreconditions(call: WriteCall, object: ApiObject, options: DeleteOptions): void {
  const { name, uid = '', resourceVersion = '' } = object.metadata;
  const of = resourceName(call.type);
  if (options.uid !== undefined && options.uid !== uid) {
    throw conflict(of, name, `Precondition failed: UID in precondition: ${options.uid}, UID in object meta: ${uid}`);
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion) {
    const words = `ResourceVersion in precondition: ${options.resourceVersion}, ResourceVersion in object meta: ${resourceVersion}`;
    throw conflict(of, name, `Precondition failed: ${words}`);
  }
}

const collectorFinalizers: Record<string, string> = { Foreground: 'foregroundDeletion', Orphan: 'orphan' };

/** The garbage collector's finalizers say what it has to do before the object may go. */
function applyPolicy(object: ApiObject, options: DeleteOptions, byDefault: string | undefined): void {
  const policy = options.propagationPolicy ?? byDefault;
  if (policy === undefined) return;
  const others = (object.metadata.finalizers ?? []).filter((one) => !Object.values(collectorFinalizers).includes(one));
  const mine = collectorFinalizers[policy];
  const finalizers = mine === undefined ? others : [...others, mine];
  if (finalizers.length > 0) object.metadata.finalizers = finalizers;
  else delete object.metadata.finalizers;
}

/** Seconds that the node gets to stop a Pod's containers; 0 for all other kinds, and for Pods that do not run. */
function gracePeriod(call: WriteCall, object: ApiObject, options: DeleteOptions): number {
  if (call.type.group !== '' || call.type.plural !== 'pods') return 0;
  const phase = dig(object, 'status', 'phase');
  if (!dig(object, 'spec', 'nodeName') || phase === 'Succeeded' || phase === 'Failed') return 0;
  const wanted = options.gracePeriodSeconds ?? numberOf(dig(object, 'spec', 'terminationGracePeriodSeconds') ?? 30);
  return Math.max(0, wanted);
}
