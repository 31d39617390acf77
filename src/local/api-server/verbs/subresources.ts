import type { Verb } from '../api.ts';
import { podLog } from '../logs/pod-log.ts';
import { plainVerbs } from './handlers.ts';
import { bind, evict } from './pod-subresources.ts';
import { scale } from './scale.ts';
import { requestToken } from './token.ts';

/**
 * Subresource → verb → what it does. `status`, `finalize` and `approval` are ordinary reads and writes that know
 * which part of the object they are about.
 */
export const subresources: Record<string, Record<string, Verb>> = {
  status: pick('get', 'update', 'patch'),
  finalize: pick('update'),
  approval: pick('get', 'update', 'patch'),
  scale,
  token: { create: requestToken },
  log: { get: podLog },
  eviction: { create: evict },
  binding: { create: bind },
};

function pick(...names: string[]): Record<string, Verb> {
  return Object.fromEntries(
    names.flatMap((name) => (plainVerbs[name] === undefined ? [] : [[name, plainVerbs[name]]])),
  );
}
