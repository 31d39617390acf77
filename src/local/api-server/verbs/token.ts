import type { Call } from '../api.ts';
import { defaultAudience } from '../auth/service-account.ts';
import { invalid, invalidValue } from '../errors.ts';
import { readObject } from '../http/body.ts';
import { sendJson } from '../http/respond.ts';
import { dig, isMap, type Json, listOf, textOf } from '../object.ts';
import { loadObject } from './objects.ts';

const shortest = 600;
const longest = 2 ** 32;

/** POST serviceaccounts/token: a TokenRequest. @throws 404, 422 */
export async function requestToken(call: Call): Promise<void> {
  const account = loadObject(call);
  const body = (await readObject(call.request)) ?? {};
  const spec: Json = isMap(body['spec']) ? body['spec'] : {};
  const seconds = typeof spec['expirationSeconds'] === 'number' ? spec['expirationSeconds'] : 3600;
  if (seconds < shortest || seconds > longest) {
    const why =
      seconds < shortest
        ? 'may not specify a duration less than 10 minutes'
        : 'may not specify a duration larger than 2^32 seconds';
    const of = { group: 'authentication.k8s.io', name: 'TokenRequest' };
    throw invalid(of, '', [invalidValue('spec.expirationSeconds', seconds, why)]);
  }
  const asked = listOf(spec['audiences']).map(textOf);
  const audiences = asked.length === 0 ? [defaultAudience] : asked;
  const bound = isMap(dig(spec, 'boundObjectRef')) ? (spec['boundObjectRef'] as Json) : undefined;
  const { token, expires } = call.api.tokens.issue(account, audiences, seconds, call.api.now(), bound);
  const { name, namespace } = account.metadata;
  const answer = {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, creationTimestamp: null },
    spec: { ...spec, audiences, expirationSeconds: seconds, boundObjectRef: bound ?? null },
    status: { token, expirationTimestamp: `${expires.toISOString().slice(0, 19)}Z` },
  };
  sendJson(call.request, 201, JSON.stringify(answer));
}
