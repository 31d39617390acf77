import { expect, it } from 'vitest';
import { readChartReference, readReference } from './reference.ts';

const digest = `sha256:${'a'.repeat(64)}`;

it.each([
  ['nothing: the newest release', undefined, { semver: '*' }],
  ['a version', '1.2.3', { tag: '1.2.3' }],
  ['a version with a v', 'v1.2.3', { tag: 'v1.2.3' }],
  ['a version with build data, for which tags have "_"', '1.2.3+b.5', { tag: '1.2.3_b.5' }],
  ['a constraint', '>=1.2, <2', { semver: '>=1.2, <2' }],
  ['part of a version, which is a constraint', '1.2', { semver: '1.2' }],
  ['a tag that is no version', 'latest', { tag: 'latest' }],
  ['a digest', digest, { digest }],
])('a chart is named by %s', (_title, text, value) => expect(readChartReference(text)).toEqual({ ok: true, value }));

it.each(['>>1', 'feat/x', 'sha256:abc'])('"%s" names no chart', (text) => {
  const message = expect.stringContaining(`"${text}"`);
  expect(readChartReference(text)).toMatchObject({
    ok: false,
    failure: { kind: 'invalid', reason: 'InvalidReference', message },
  });
});

it('a bundle is named by tag or digest only', () => {
  expect(readReference('1.2')).toEqual({ ok: true, value: { tag: '1.2' } });
  expect(readReference(digest)).toEqual({ ok: true, value: { digest } });
  expect(readReference('feat/x')).toMatchObject({ ok: false, failure: { reason: 'InvalidReference' } });
});
