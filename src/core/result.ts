/**
 * Why something did not happen, shaped by what follows from it (E34):
 * `invalid` (the user must change something), `waiting` (something else must happen first), `transient` (retried with
 * back-off), `delivery` (the user's chart or script failed; retried up to its limit), `exhausted` (that limit was
 * reached; waits for a changed input) and `blocked` (a deletion is held).
 */
export type FailureKind = 'invalid' | 'waiting' | 'transient' | 'delivery' | 'exhausted' | 'blocked';

export type Failure = Readonly<{
  kind: FailureKind;
  /** CamelCase, stable, for machines: the reason of conditions and events. */
  reason: string;
  /** For people: names the object, the field and the remedy. Never holds a secret value. */
  message: string;
  /** Milliseconds; overrides the back-off of the kind, for example from `Retry-After`. */
  retryAfterMs?: number;
}>;

export type Result<T> = Readonly<{ ok: true; value: T }> | Readonly<{ ok: false; failure: Failure }>;

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function fail(
  kind: FailureKind,
  reason: string,
  message: string,
  retryAfterMs?: number,
): { ok: false; failure: Failure } {
  return { ok: false, failure: { kind, reason, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) } };
}
