import { randomInt, randomUUID } from 'node:crypto';
import type { WriteCall } from '../api.ts';
import {
  badRequest,
  type Cause,
  conflict,
  forbiddenField,
  invalid,
  invalidValue,
  modified,
  required,
} from '../errors.ts';
import { type ApiObject, equalJson, isMap, type Metadata, timestamp, versionOf } from '../object.ts';
import { kindName, resourceName } from './objects.ts';

/** The alphabet of generated names: no vowels, no digits that look like letters. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

function randomSuffix(length = 5): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}

/** Fills the metadata of a new object: name, namespace, uid, creation time. @throws 400, 422 */
export function stampNew(call: WriteCall, object: ApiObject): void {
  const metadata = isMap(object.metadata) ? (object.metadata as Metadata) : ({} as Metadata);
  object.metadata = metadata;
  if (metadata.resourceVersion !== undefined && metadata.resourceVersion !== '') {
    throw badRequest('resourceVersion should not be set on objects to be created');
  }
  placeInNamespace(call, metadata);
  if (!metadata.name && metadata.generateName) metadata.name = metadata.generateName + randomSuffix();
  if (!metadata.name) {
    throw invalid(kindName(call.type), '', [required('metadata.name', 'name or generateName is required')]);
  }
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete metadata.generation;
  delete metadata.selfLink;
  delete metadata.resourceVersion;
  metadata.uid = randomUUID();
  metadata.creationTimestamp = timestamp(call.api.now());
}

function placeInNamespace(call: WriteCall, metadata: Metadata): void {
  if (!call.type.namespaced) {
    delete metadata.namespace;
    return;
  }
  const wanted = call.info.namespace;
  if (metadata.namespace !== undefined && metadata.namespace !== '' && metadata.namespace !== wanted) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  metadata.namespace = wanted;
}

/** Checks an update against what it updates, and keeps what no client may change. @throws 400, 409 */
export function carryMetadata(call: WriteCall, draft: ApiObject, old: ApiObject): void {
  const mine = draft.metadata;
  const theirs = old.metadata;
  mine.name ??= theirs.name;
  if (mine.name !== theirs.name) {
    throw badRequest(`the name of the object (${mine.name}) does not match the name on the URL (${theirs.name})`);
  }
  if (mine.resourceVersion && mine.resourceVersion !== '0' && mine.resourceVersion !== theirs.resourceVersion) {
    throw conflict(resourceName(call.type), theirs.name, modified);
  }
  if (mine.uid && mine.uid !== theirs.uid) {
    const why = `Precondition failed: UID in precondition: ${mine.uid}, UID in object meta: ${theirs.uid ?? ''}`;
    throw conflict(resourceName(call.type), theirs.name, why);
  }
  placeInNamespace(call, mine);
  for (const field of serverFields) {
    if (theirs[field] === undefined) delete mine[field];
    else Object.assign(mine, { [field]: theirs[field] });
  }
}

const serverFields = [
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'generateName',
] as const;

/** Whether an update changes anything besides metadata and status. */
export function specChanged(draft: ApiObject, old: ApiObject): boolean {
  const strip = ({ metadata: _m, status: _s, apiVersion: _a, kind: _k, ...rest }: ApiObject) => rest;
  return !equalJson(strip(draft), strip(old));
}

const dnsSubdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const dnsLabel = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const pathSegment = /^(?!\.\.?$)[^/%]+$/;

const subdomainWords =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const labelWords =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

/** Groups whose names are free path segments: `system:controller:x`. */
const freeNames = new Set(['rbac.authorization.k8s.io']);
const labelNames = new Set(['namespaces', 'services']);

/** Field errors of the metadata. */
export function validateMetadata(call: WriteCall, object: ApiObject, old: ApiObject | undefined): Cause[] {
  const causes = old === undefined ? nameErrors(call, object.metadata.name) : [];
  causes.push(...labelErrors(object.metadata), ...ownerErrors(object.metadata));
  if (old?.metadata.deletionTimestamp === undefined) return causes;
  const before = new Set(old.metadata.finalizers ?? []);
  const added = (object.metadata.finalizers ?? []).filter((one) => !before.has(one));
  if (added.length > 0) {
    const list = added.map((one) => JSON.stringify(one)).join(', ');
    const why = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`;
    causes.push(forbiddenField('metadata.finalizers', why));
  }
  return causes;
}

function nameErrors(call: WriteCall, name: string): Cause[] {
  const field = 'metadata.name';
  if (freeNames.has(call.type.group))
    return pathSegment.test(name) ? [] : [invalidValue(field, name, "may not contain '/'")];
  if (call.type.group === '' && labelNames.has(call.type.plural)) {
    if (name.length > 63) return [invalidValue(field, name, 'must be no more than 63 characters')];
    return dnsLabel.test(name) ? [] : [invalidValue(field, name, labelWords)];
  }
  if (name.length > 253) return [invalidValue(field, name, 'must be no more than 253 characters')];
  return dnsSubdomain.test(name) ? [] : [invalidValue(field, name, subdomainWords)];
}

const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const labelValueWords =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

function labelErrors(metadata: Metadata): Cause[] {
  return Object.values(metadata.labels ?? {}).flatMap((value) => {
    if (value.length > 63) return [invalidValue('metadata.labels', value, 'must be no more than 63 characters')];
    return labelValue.test(value) ? [] : [invalidValue('metadata.labels', value, labelValueWords)];
  });
}

function ownerErrors(metadata: Metadata): Cause[] {
  return (metadata.ownerReferences ?? []).flatMap(({ apiVersion = '', kind = '', name = '', uid = '' }) => {
    const fields = { apiVersion: versionOf(apiVersion), kind, name, uid };
    const empty = Object.entries(fields).filter(([, value]) => value === '');
    return empty.map(([field]) => {
      const why = field === 'apiVersion' ? 'version must not be empty' : 'must not be empty';
      return invalidValue(`metadata.ownerReferences.${field}`, field === 'apiVersion' ? apiVersion : '', why);
    });
  });
}
