import { describe, expect, it } from 'vitest';
import { ok } from '../../core/result.ts';
import type { GitFact } from '../git/protocol.ts';
import type { GitPath } from '../git/reference.ts';
import type { ArtifactFact, ArtifactRef } from '../oci/artifacts.ts';
import type { Source } from '../source.ts';
import { filesBelow } from './below.ts';
import { pathNotFound, placeOf } from './failures.ts';
import { artifactRef, createFolderSource, type FolderRef } from './source.ts';

const signal = new AbortController().signal;
const bytes = Buffer.from('x');
const oci: FolderRef = { url: 'oci://ghcr.io/team/shop', path: '', content: 'files' };
const chart: FolderRef = { ...oci, content: 'chart' };

/** Answers everything with one fact, unless it has been seen. */
function always<Ref, Fact>(revision: string, fact: Fact): Source<Ref, Fact> {
  return {
    observe: async (_ref, seen) =>
      ok(seen === revision ? { changed: false, revision } : { changed: true, revision, fact }),
  };
}
const files = [
  { path: 'apps/a.yaml', bytes },
  { path: 'apps/deep/b.yaml', bytes },
  { path: 'other.yaml', bytes },
];
const source = createFolderSource({
  git: always<GitPath, GitFact>('c0ffee', { commit: 'c0ffee', digest: 'd', files: [], missing: true }),
  artifacts: always<ArtifactRef, ArtifactFact>('sha256:1', { digest: 'sha256:1', files }),
});
const observe = (ref: FolderRef, seen?: string) => source.observe(ref, seen, { signal });

describe('a folder is read', () => {
  it('from git by any other URL', async () =>
    expect(await observe({ url: 'https://git.example.com/x', path: 'a', content: 'files' })).toEqual({
      ok: true,
      value: {
        changed: true,
        revision: 'c0ffee',
        fact: { revision: 'c0ffee', commit: 'c0ffee', files: [], missing: true },
      },
    }));
  it('from a registry by oci://, where there is no commit', async () =>
    expect(await observe({ ...oci, path: 'apps' })).toEqual({
      ok: true,
      value: {
        changed: true,
        revision: 'sha256:1',
        fact: {
          revision: 'sha256:1',
          files: [
            { path: 'a.yaml', bytes },
            { path: 'deep/b.yaml', bytes },
          ],
          missing: false,
        },
      },
    }));
  it('and what was seen is not read again', async () =>
    expect(await observe(oci, 'sha256:1')).toEqual({ ok: true, value: { changed: false, revision: 'sha256:1' } }));
  it('and a URL that is none is a failure', async () =>
    expect(await observe({ ...oci, url: 'oci://nowhere' })).toMatchObject({
      ok: false,
      failure: { reason: 'InvalidRepositoryURL' },
    }));
});

it.each<[string, FolderRef, unknown]>([
  ['nothing said: the tag latest', oci, { tag: 'latest' }],
  ['a tag', { ...oci, ref: '1.2' }, { tag: '1.2' }],
  ['a constraint', { ...oci, semver: '1.2' }, { semver: '1.2' }],
  ['of a chart nothing said: the newest release', chart, { semver: '*' }],
  ['of a chart part of a version', { ...chart, ref: '1.2' }, { semver: '1.2' }],
])('what is taken of a registry: %s', (_title, ref, reference) =>
  expect(artifactRef(ref)).toMatchObject({ ok: true, value: { host: 'ghcr.io', repository: 'team/shop', reference } }),
);

it.each([
  ['', 3, false],
  ['.', 3, false],
  ['./apps/', 2, false],
  ['apps/a.yaml', 1, false],
  ['app', 0, true],
  ['../apps', 2, false],
])('below the path "%s" lie %i files', (path, count, missing) => {
  const found = filesBelow(files, path);
  expect([found.files.length, found.missing]).toEqual([count, missing]);
});

it.each([
  ['app', ['apps', 'other.yaml']],
  ['apps/b', ['apps/a.yaml', 'apps/deep']],
  ['apps/b/c', ['apps/a.yaml', 'apps/deep']],
])('beside the path "%s", which is not there, lies what is told', (path, beside) =>
  expect(filesBelow(files, path).beside).toEqual(beside),
);

it('places are named as people know them', () => {
  const git: FolderRef = { url: 'https://git.example.com/x', path: 'a', content: 'chart' };
  expect(placeOf(git, '0123456789abcdef')).toBe('path "a" of https://git.example.com/x at 0123456789ab');
  expect(placeOf(chart, 'sha256:1')).toBe('oci://ghcr.io/team/shop@sha256:1');
  expect(pathNotFound({ ...oci, path: 'a' }, { revision: 'sha256:1' }).message).toMatch(
    /^artifact oci:\/\/ghcr\.io.* has no path "a"; check the path$/,
  );
  const beside = ['b', 'c', 'd', 'e', 'f', 'g'];
  expect(pathNotFound(git, { revision: '0123456789abcdef', beside }).message).toMatch(
    /^git repository https:\/\/git.* at 0123456789ab has no path "a"; it has for example b, c, d, e, f; check/,
  );
});
