import { accountRemedy } from '../core/forbidden.ts';
import type { ActAs } from '../core/plan.ts';
import type { Failure } from '../core/result.ts';
import { KubeError } from '../kube/client.ts';

/** Server-side apply answers 500 to a field of the wrong type: not a fault of the server, and no retry helps. */
const unmergeable = /^failed to create typed patch object/;
/** Reason of a failure that is nobody's: what was to be written has changed since it was read. */
export const objectChanged = 'ObjectChanged';
const modified = /the object has been modified/;
/** Milliseconds until what is forbidden is tried again. */
const forbiddenMs = 60_000;

/**
 * What an answer of the API server means for an object whose action it refused.
 *
 * @param account as which it was asked for, where that is a tenant's.
 */
export function failureOf(error: unknown, doing: string, account?: ActAs): Failure {
  if (!(error instanceof KubeError)) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'transient', reason: 'Unexpected', message: `${doing}: ${message}` };
  }
  const message = `${doing}: ${error.message}`;
  switch (error.status) {
    case 403:
      // Its objects end with it, and ours hear of that: nothing is left for a person to grant.
      if (/being terminated/.test(error.message)) return { kind: 'waiting', reason: 'NamespaceTerminating', message };
      // Room is made by nobody's change of the object; nor does anybody hear of rights that are granted.
      if (/exceeded quota/.test(error.message)) return { kind: 'transient', reason: 'QuotaExceeded', message };
      return { kind: 'invalid', reason: 'Forbidden', message: withRemedy(message, account), retryAfterMs: forbiddenMs };
    case 400:
    case 413:
    case 422:
      return { kind: 'invalid', reason: 'Rejected', message };
    case 409:
      return {
        kind: 'transient',
        reason: modified.test(error.message) ? objectChanged : 'Conflict',
        message,
        retryAfterMs: 200,
      };
    default: {
      if (unmergeable.test(error.message)) return { kind: 'invalid', reason: 'Rejected', message };
      const wait = error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs };
      return { kind: 'transient', reason: 'ApiServerUnavailable', message, ...wait };
    }
  }
}

function withRemedy(message: string, account: ActAs | undefined): string {
  const remedy = account === undefined ? undefined : accountRemedy(account, message);
  return remedy === undefined ? message : `${message}; ${remedy}`;
}
