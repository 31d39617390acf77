import { expect, it } from 'vitest';
import { inSource } from './source-field.ts';

const fields = {
  whole: 'spec.source',
  address: 'spec.source.repoURL',
  secretRef: 'spec.source.secretRef',
  path: 'spec.source.path',
};
const failure = (reason: string, message = 'why') => ({ kind: 'invalid', reason, message }) as const;

it.each([
  ['an address', failure('NotGit'), 'spec.source.repoURL: why'],
  ['a login', failure('Unauthorized'), 'spec.source.secretRef: why'],
  ['a path', failure('InvalidChart'), 'spec.source.path: why'],
  ['a field that this kind does not have', failure('RefNotFound'), 'spec.source: why'],
  ['no field in particular', failure('ServerError'), 'spec.source: why'],
  ['a field that it names itself', failure('NotGit', 'spec.url: why'), 'spec.url: why'],
])('a failure that speaks of %s', (_what, given, message) => {
  expect(inSource(given, fields)).toEqual({ ...given, message });
});
