import { describe, expect, it } from 'vitest';
import { previewHost, previewNames, releaseOf, slugOf } from './names.ts';

const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const long = `Feature/ÜBER_long ${'x'.repeat(62)}`;
const branches = [
  'feat',
  long,
  'feature/日本語',
  '🚀🚀',
  '../../etc/passwd',
  '-',
  'a'.repeat(250),
  `${'ß/'.repeat(125)}`,
];

describe('names of a preview', () => {
  it.each([
    ['feat', 'feat'],
    ['feat/x', 'feat-x'],
    ['Feature/ÜBER_long', 'feature-uber-long'],
    ['../../etc/passwd', 'etc-passwd'],
    ['🚀 rocket 🚀', 'rocket'],
    ['🚀', 'branch'],
    [`${'x'.repeat(49)}/y`, 'x'.repeat(49)],
    ['ﬁx①', 'fix1'],
  ])('E15 the slug of %s', (branch, slug) => {
    expect(slugOf(branch)).toBe(slug);
  });

  it.each(branches)('E15 F5 every name is legal, whatever the branch: %s', (branch) => {
    for (const number of [8, 123_456_789_012]) {
      const names = previewNames(branch, number, 'c0ffee00c0ffee00');
      expect(names.slug.length).toBeLessThanOrEqual(50);
      for (const name of [names.slug, names.namespace, names.otherNamespace]) expect(name).toMatch(label);
      expect(names.otherNamespace).not.toBe(names.namespace);
      const release = releaseOf('a-service-with-a-name-that-is-rather-long', names);
      expect(release).toMatch(label);
      expect(release.length).toBeLessThanOrEqual(53);
      const [first] = previewHost(`${'h'.repeat(63)}.example.org`, names).split('.');
      expect(first).toMatch(label);
    }
  });

  it('E15 what is cut is kept apart by a hash', () => {
    const names = previewNames(long, 8, 'c0ffee');
    const hosts = ['first', 'second'].map((name) => previewHost(`a-rather-long-name-${name}.example.org`, names));
    expect(new Set(hosts).size).toBe(2);
    expect(hosts[0]).toMatch(/^preview-feature-uber-long-x+-[0-9a-f]{8}\.example\.org$/);
  });

  it.each([
    ['chart-example.local', 'preview-feat-8-chart-example.local'],
    ['Shop.Example', 'preview-feat-8-shop.example'],
    ['*.apps.example', 'preview-feat-8.apps.example'],
    ['localhost', 'preview-feat-8-localhost'],
    ['', ''],
  ])('E14 the host %s', (host, expected) => {
    expect(previewHost(host, { id: 'feat-8' })).toBe(expected);
  });
});
