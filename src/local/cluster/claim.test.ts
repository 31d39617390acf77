import { expect, it } from 'vitest';
import { claim } from './claim.ts';
import { ago, meta, pod, podOf } from './fixtures.ts';

const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: meta('web') };
const other = { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: meta('other') };
const selector = { matchLabels: { app: 'web' } };
const orphan = (more = {}) => pod('orphan', { meta: { labels: { app: 'web' }, ...more } });

it.each([
  ['its own that matches is owned', podOf(owner, 'a', true), 1, 0],
  ['its own that matches no more is released', podOf(owner, 'a', true, { app: 'x' }), 0, 1],
  ["another's is left alone", podOf(other, 'a', true), 0, 0],
  ['an orphan that matches is adopted', orphan(), 1, 1],
  ['an orphan that goes is not adopted', orphan({ deletionTimestamp: ago(1) }), 0, 0],
  ['an orphan that does not match is left alone', pod('x'), 0, 0],
])('claim: %s', (_case, candidate, owned, actions) => {
  const result = claim(owner, selector, [candidate]);
  expect([result.owned.length, result.actions.length]).toEqual([owned, actions]);
});

it('claim: adoption names the object by uid, so that a namesake is not adopted', () => {
  const one = orphan();
  const [action] = claim(owner, selector, [one]).actions;
  expect(action).toMatchObject({
    do: 'patch',
    patch: { metadata: { uid: one.metadata.uid, ownerReferences: [{ name: 'web', controller: true }] } },
  });
});
