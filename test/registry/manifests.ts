import { describe, expect, it } from 'vitest';
import {
  Caller,
  DOCKER_LIST,
  DOCKER_MANIFEST,
  digestOf,
  errorOf,
  newName,
  OCI_INDEX,
  OCI_MANIFEST,
  type Subject,
} from './subject.ts';

/** Manifests by tag and digest. */
export function describeManifests(subject: Subject): void {
  const call = () => new Caller(subject.url());

  describe('manifests', () => {
    it('are read byte for byte by tag and by digest', async () => {
      const name = newName();
      const { text, digest } = await call().pushImage(name, '1.0.0');
      for (const reference of ['1.0.0', digest]) {
        const answer = await call().getManifest(name, reference);
        expect([answer.status, answer.headers.get('content-type')]).toEqual([200, OCI_MANIFEST]);
        expect(answer.headers.get('docker-content-digest')).toBe(digest);
        expect(await answer.text()).toBe(text);
        const head = await call().send('HEAD', `/v2/${name}/manifests/${reference}`, {
          headers: { accept: OCI_MANIFEST },
        });
        expect([head.status, head.headers.get('content-length')]).toEqual([200, String(text.length)]);
        expect(head.headers.get('docker-content-digest')).toBe(digest);
      }
    });

    it('are told apart by If-None-Match', async () => {
      const name = newName();
      const { digest } = await call().pushImage(name, '1.0.0');
      const headers = { accept: OCI_MANIFEST, 'if-none-match': `"${digest}"` };
      expect((await call().send('GET', `/v2/${name}/manifests/1.0.0`, { headers })).status).toBe(304);
    });

    it('move a tag, and stay under their digest', async () => {
      const name = newName();
      const first = await call().pushImage(name, 'latest', 'one');
      const second = await call().pushImage(name, 'latest', 'two');
      expect(await (await call().getManifest(name, 'latest')).text()).toBe(second.text);
      expect(await (await call().getManifest(name, first.digest)).text()).toBe(first.text);
    });

    it.each([
      { what: 'an OCI index', list: OCI_INDEX, item: OCI_MANIFEST },
      { what: 'a list of Docker', list: DOCKER_LIST, item: DOCKER_MANIFEST },
    ])('make up $what', async ({ list, item }) => {
      const name = newName();
      const { document } = await call().pushImage(name, 'base');
      const text = JSON.stringify({ ...document, mediaType: item });
      expect((await call().putManifest(name, digestOf(text), text, item)).status).toBe(201);
      const platform = { os: 'linux', architecture: 'amd64' };
      const manifests = [{ mediaType: item, digest: digestOf(text), size: text.length, platform }];
      const index = JSON.stringify({ schemaVersion: 2, mediaType: list, manifests });
      expect((await call().putManifest(name, 'multi', index, list)).status).toBe(201);
      const answer = await call().getManifest(name, 'multi', list);
      expect([answer.headers.get('content-type'), await answer.text()]).toEqual([list, index]);
    });

    it('are deleted by digest, with their tags', async () => {
      const name = newName();
      const { digest } = await call().pushImage(name, '1.0.0');
      await call().pushImage(name, '2.0.0');
      expect((await call().send('DELETE', `/v2/${name}/manifests/${digest}`)).status).toBe(202);
      for (const reference of [digest, '1.0.0']) {
        expect(await errorOf(await call().getManifest(name, reference))).toBe('404 MANIFEST_UNKNOWN');
      }
      expect((await call().getManifest(name, '2.0.0')).status).toBe(200);
    });

    it.runIf(subject.level === 'current')('lose one tag when that is deleted', async () => {
      const name = newName();
      const { digest } = await call().pushImage(name, 'a', 'same');
      await call().pushImage(name, 'b', 'same');
      expect((await call().send('DELETE', `/v2/${name}/manifests/a`)).status).toBe(202);
      expect((await call().getManifest(name, 'a')).status).toBe(404);
      expect((await call().getManifest(name, 'b')).headers.get('docker-content-digest')).toBe(digest);
      expect((await call().send('DELETE', `/v2/${name}/manifests/a`)).status).toBe(404);
    });

    it('are refused when a layer is not there, and no tag is left behind', async () => {
      const name = newName();
      const { document } = await call().pushImage(name, '1.0.0');
      const missing = { ...document, config: { ...document.config, digest: digestOf('not pushed') } };
      const answer = await call().putManifest(name, 'broken', missing);
      expect((await errorOf(answer)).endsWith('MANIFEST_BLOB_UNKNOWN')).toBe(true);
      expect((await call().getManifest(name, 'broken')).status).toBe(404);
    });

    it('are refused when a manifest of their index is not there', async () => {
      const manifests = [{ mediaType: OCI_MANIFEST, digest: digestOf('not pushed'), size: 1 }];
      const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests };
      expect((await call().putManifest(newName(), 'multi', index, OCI_INDEX)).ok).toBe(false);
    });

    it.runIf(subject.level === 'current')('may leave layers to be fetched from elsewhere', async () => {
      const name = newName();
      const { document } = await call().pushImage(name, '1.0.0');
      const [layer] = document.layers;
      const foreign = { ...layer, digest: digestOf('elsewhere'), urls: ['https://example.com/layer'] };
      expect((await call().putManifest(name, 'foreign', { ...document, layers: [foreign] })).status).toBe(201);
    });

    it('are held to the digest they are pushed under', async () => {
      const name = newName();
      const { text } = await call().pushImage(name, '1.0.0');
      const answer = await call().putManifest(name, digestOf('another'), text);
      expect(await errorOf(answer)).toBe('400 DIGEST_INVALID');
    });

    it.each([
      ['no JSON', '<html>', OCI_MANIFEST],
      ['no object', '[]', OCI_MANIFEST],
      ['half a manifest', '{"schemaVersion":2}', OCI_MANIFEST],
      ['another version', '{"schemaVersion":1,"config":{},"layers":[]}', OCI_MANIFEST],
      [
        'a type that it is not',
        JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [] }),
        OCI_MANIFEST,
      ],
      ['a type that is no manifest', '{}', 'application/json'],
    ])('are refused when they are %s', async (_what, text, mediaType) => {
      const answer = await call().putManifest(newName(), 'bad', text, mediaType);
      if (subject.level === 'current') expect(await errorOf(answer)).toBe('400 MANIFEST_INVALID');
      else expect(answer.ok).toBe(false);
    });

    it('of more than 4 MiB are refused', async () => {
      const answer = await call().putManifest(newName(), 'big', ' '.repeat(4 * 1024 * 1024 + 1));
      expect(answer.ok).toBe(false);
    });

    it('of an unknown tag or repository are MANIFEST_UNKNOWN', async () => {
      const name = newName();
      await call().pushImage(name, '1.0.0');
      for (const [repository, reference] of [
        [name, '9.9.9'],
        [newName(), '1.0.0'],
        [name, digestOf('none')],
      ] as const) {
        expect(await errorOf(await call().getManifest(repository, reference))).toBe('404 MANIFEST_UNKNOWN');
      }
    });
  });
}
