import type { Verb } from '../api.ts';
import { plainVerbs } from './handlers.ts';

/** Subresource → verb → what it does. `status` goes through the plain verbs, which know of it. */
export const subresources: Record<string, Record<string, Verb>> = {
  status: pick('get', 'update', 'patch'),
};

function pick(...names: string[]): Record<string, Verb> {
  return Object.fromEntries(
    names.flatMap((name) => (plainVerbs[name] === undefined ? [] : [[name, plainVerbs[name]]])),
  );
}
