import { describe, expect, it } from 'vitest';
import { Caller, digestOf, EMPTY, errorOf, newName, OCI_INDEX, OCI_MANIFEST, type Subject } from './subject.ts';

/** Tags, repositories, referrers. */
export function describeLists(subject: Subject): void {
  const call = () => new Caller(subject.url());
  const current = it.runIf(subject.level === 'current');
  const json = async (path: string) => (await call().send('GET', path)).json() as Promise<Record<string, unknown>>;

  describe('lists', () => {
    it('say with 200 that the registry is here', async () => {
      const answer = await call().send('GET', '/v2/');
      expect([answer.status, answer.headers.get('docker-distribution-api-version')]).toEqual([200, 'registry/2.0']);
    });

    it('of tags keep upper and lower case apart, and are sorted', async () => {
      const name = newName();
      const tags = ['v1', '10.0.0', '_x', 'V1', '2.0.0', 'latest', '1.2.3-rc.1'];
      for (const tag of tags) await call().pushImage(name, tag, 'same');
      const list = (await json(`/v2/${name}/tags/list`)) as { name: string; tags: string[] };
      if (subject.level === 'legacy') list.tags.sort();
      const sorted = ['1.2.3-rc.1', '10.0.0', '2.0.0', 'V1', '_x', 'latest', 'v1'];
      expect(list).toEqual({ name, tags: sorted });
    });

    it('of an unknown repository are NAME_UNKNOWN', async () => {
      expect(await errorOf(await call().send('GET', `/v2/${newName()}/tags/list`))).toBe('404 NAME_UNKNOWN');
    });

    current('of tags come in pages, linked to the end', async () => {
      const name = newName();
      for (const tag of ['a', 'b', 'c', 'd', 'e']) await call().pushImage(name, tag, 'same');
      const pages: unknown[] = [];
      let next: string | undefined = `/v2/${name}/tags/list?n=2`;
      while (next !== undefined) {
        const answer: Response = await call().send('GET', next);
        pages.push(((await answer.json()) as { tags: string[] }).tags);
        next = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
      }
      expect(pages).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    });

    current.each([
      ['n=0', []],
      ['n=3', ['a', 'b', 'c']],
      ['n=100', ['a', 'b', 'c', 'd']],
      ['last=b', ['c', 'd']],
      ['last=bb&n=1', ['c']],
      ['last=z', []],
    ])('of tags with %s are %j', async (query, tags) => {
      const name = newName();
      for (const tag of ['a', 'b', 'c', 'd']) await call().pushImage(name, tag, 'same');
      expect(await json(`/v2/${name}/tags/list?${query}`)).toEqual({ name, tags });
    });

    current.each(['n=-1', 'n=x', 'n=1.5'])('refuse %s', async (query) => {
      const name = newName();
      await call().pushImage(name, 'a');
      const answer = await call().send('GET', `/v2/${name}/tags/list?${query}`);
      expect(await errorOf(answer)).toBe('400 PAGINATION_NUMBER_INVALID');
    });

    it('of repositories hold each that an image was pushed to, in pages', async () => {
      const names = [newName(), `${newName()}/nested/deep`, newName()].sort();
      for (const name of names) await call().pushImage(name, 'a');
      const found: string[] = [];
      let next: string | undefined = '/v2/_catalog?n=1';
      while (next !== undefined) {
        const answer: Response = await call().send('GET', next);
        found.push(...((await answer.json()) as { repositories: string[] }).repositories);
        next = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
      }
      expect(found.filter((name) => names.includes(name))).toEqual(names);
    });

    it.each(['Upper', 'a//b', '-a', 'a_', 'a..b', 'ü', `${'a/'.repeat(130)}b`])('know no name %s', async (name) => {
      const answer = await call().send('GET', `/v2/${name}/tags/list`);
      if (subject.level === 'current') expect(await errorOf(answer)).toBe('400 NAME_INVALID');
      else expect(answer.ok).toBe(false);
    });
  });

  describe.runIf(subject.level === 'current')('referrers', () => {
    const attach = (name: string, subjectOf: object, artifactType?: string) =>
      call().pushImage(name, `t-${artifactType ?? 'none'}`.replace(/\W/g, '-'), 'attached', {
        subject: subjectOf,
        ...(artifactType === undefined ? {} : { artifactType }),
        annotations: { note: 'attached' },
      });

    it('are listed for a subject, also one that is not there yet, and by type', async () => {
      const name = newName();
      const target = { mediaType: OCI_MANIFEST, digest: digestOf('a subject'), size: 2 };
      const sbom = await attach(name, target, 'application/sbom');
      const plain = await attach(name, target);
      const all = await call().send('GET', `/v2/${name}/referrers/${target.digest}`);
      expect(all.headers.get('content-type')).toBe(OCI_INDEX);
      const { manifests } = (await all.json()) as { manifests: { digest: string }[] };
      expect(manifests.map((item) => item.digest).sort()).toEqual([sbom.digest, plain.digest].sort());
      const some = await call().send('GET', `/v2/${name}/referrers/${target.digest}?artifactType=application/sbom`);
      expect(some.headers.get('oci-filters-applied')).toBe('artifactType');
      expect(await some.json()).toMatchObject({
        mediaType: OCI_INDEX,
        manifests: [{ digest: sbom.digest, artifactType: 'application/sbom', annotations: { note: 'attached' } }],
      });
    });

    it('without a type of their own have that of their config', async () => {
      const name = newName();
      const target = { mediaType: OCI_MANIFEST, digest: digestOf('a subject'), size: 2 };
      await attach(name, target);
      const list = await json(`/v2/${name}/referrers/${target.digest}`);
      expect(list).toMatchObject({ manifests: [{ artifactType: 'application/vnd.oci.image.config.v1+json' }] });
    });

    it('are told to the pusher, and go with their manifest', async () => {
      const name = newName();
      const { document, digest } = await call().pushImage(name, 'base');
      const body = { ...document, subject: { mediaType: OCI_MANIFEST, digest, size: 1 } };
      const pushed = await call().putManifest(name, 'attached', body);
      expect(pushed.headers.get('oci-subject')).toBe(digest);
      await call().send('DELETE', `/v2/${name}/manifests/${pushed.headers.get('docker-content-digest')}`);
      expect(await json(`/v2/${name}/referrers/${digest}`)).toMatchObject({ manifests: [] });
    });

    it('of something unknown are none; of no digest, an error', async () => {
      expect(await json(`/v2/${newName()}/referrers/${digestOf(EMPTY)}`)).toMatchObject({ manifests: [] });
      expect(await errorOf(await call().send('GET', `/v2/${newName()}/referrers/x`))).toBe('400 DIGEST_INVALID');
    });
  });
}
