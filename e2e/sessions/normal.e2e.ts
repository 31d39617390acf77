import { expect, it } from 'vitest';
import { normal } from './normal.ts';

it.each([
  // Digits that are all of the alphabet of Kubernetes' names, and digits that are not.
  [
    'diff -u -N /tmp/LIVE-2456789245/apps.v1.Deployment /tmp/MERGED-1303/x',
    'diff -u -N /tmp/LIVE/apps.v1.Deployment /tmp/MERGED/x',
  ],
  ['web-5d4f8c7b9d-x2x4z', 'web-HASH-RANDOM'],
  ['Created pod: web-bcdfg', 'Created pod: web-RANDOM'],
  ['web   1/1   3m4s', 'web 1/1 AGE'],
])('%s is told as %s', (printed, told) => {
  expect(normal(printed)).toBe(told);
});
