import { type ApiObject, dig, type Json, mapsOf, put, timestamp } from '../object.ts';

/** Sets a condition of a CRD; its transition time moves with its status only. */
export function setCondition(
  crd: ApiObject,
  type: string,
  holds: boolean,
  reason: string,
  message: string,
  now: Date,
): void {
  const conditions = mapsOf(dig(crd, 'status', 'conditions'));
  const status = holds ? 'True' : 'False';
  const before = conditions.find((one) => one['type'] === type);
  const same = before?.['status'] === status;
  const lastTransitionTime = same ? before['lastTransitionTime'] : timestamp(now);
  const condition: Json = { type, status, lastTransitionTime, reason, message };
  const others = conditions.filter((one) => one['type'] !== type);
  put(
    crd,
    ['status', 'conditions'],
    before === undefined ? [...others, condition] : conditions.map((one) => (one === before ? condition : one)),
  );
}

export function conditionHolds(object: ApiObject, type: string): boolean {
  return mapsOf(dig(object, 'status', 'conditions')).some((one) => one['type'] === type && one['status'] === 'True');
}
