import { expect, it } from 'vitest';
import { brief, meta } from '../cluster/fixtures.ts';
import { planClaim } from './volume-claims.ts';

const claim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: meta('data', { uid: 'u' }),
  spec: { resources: { requests: { storage: '2Gi' } } },
};

it('a claim is bound at once to a volume of its own', () => {
  const { actions } = planClaim(claim, undefined);
  expect(brief(actions)).toEqual([
    'create PersistentVolume pvc-u',
    'patch PersistentVolume pvc-u',
    'patch PersistentVolumeClaim data',
    'patch PersistentVolumeClaim data',
  ]);
  expect(actions.at(-1)).toMatchObject({
    patch: { status: { phase: 'Bound', capacity: { storage: '2Gi' } } },
    subresource: 'status',
  });
});

it('a bound claim is left alone', () => {
  expect(planClaim({ ...claim, status: { phase: 'Bound' } }, undefined).actions).toEqual([]);
});
