import { describe, expect, it } from 'vitest';
import { Caller, digestOf, EMPTY, errorOf, newName, type Subject } from './subject.ts';

const TEXT = 'hello registry';
const DIGEST = digestOf(TEXT);

/** Blobs that are there: reading, mounting, deleting. */
export function describeBlobs(subject: Subject): void {
  const call = () => new Caller(subject.url());

  describe('blobs', () => {
    it('are read with length and digest, by HEAD without the bytes', async () => {
      const name = newName();
      await call().pushBlob(name, TEXT);
      for (const method of ['GET', 'HEAD']) {
        const answer = await call().send(method, `/v2/${name}/blobs/${DIGEST}`);
        expect([answer.status, answer.headers.get('content-length')]).toEqual([200, String(TEXT.length)]);
        expect(answer.headers.get('docker-content-digest')).toBe(DIGEST);
        expect(await answer.text()).toBe(method === 'GET' ? TEXT : '');
      }
    });

    it.each([
      ['bytes=0-4', 206, 'hello', 'bytes 0-4/14'],
      ['bytes=6-', 206, 'registry', 'bytes 6-13/14'],
      ['bytes=-8', 206, 'registry', 'bytes 6-13/14'],
      ['bytes=6-1000', 206, 'registry', 'bytes 6-13/14'],
      ['bytes=0-13', 206, TEXT, 'bytes 0-13/14'],
      ['lines=1-2', 200, TEXT, null],
    ])('answer Range %s with %i', async (range, status, text, contentRange) => {
      if (subject.level === 'legacy' && status === 200) return;
      const name = newName();
      await call().pushBlob(name, TEXT);
      const answer = await call().send('GET', `/v2/${name}/blobs/${DIGEST}`, { headers: { range } });
      expect([answer.status, await answer.text()]).toEqual([status, text]);
      expect(answer.headers.get('content-range')).toBe(contentRange);
    });

    it('answer a range beyond their end with 416', async () => {
      const name = newName();
      await call().pushBlob(name, TEXT);
      const answer = await call().send('GET', `/v2/${name}/blobs/${DIGEST}`, { headers: { range: 'bytes=14-' } });
      expect(answer.status).toBe(416);
    });

    it('belong to the repository they were pushed to', async () => {
      const name = newName();
      await call().pushBlob(name, TEXT);
      expect(await errorOf(await call().send('GET', `/v2/${newName()}/blobs/${DIGEST}`))).toBe('404 BLOB_UNKNOWN');
    });

    it('are mounted from another repository', async () => {
      const [from, to] = [newName(), newName()];
      await call().pushBlob(from, TEXT);
      const mounted = await call().send('POST', `/v2/${to}/blobs/uploads/?mount=${DIGEST}&from=${from}`);
      expect([mounted.status, mounted.headers.get('docker-content-digest')]).toEqual([201, DIGEST]);
      expect(await (await call().send('GET', mounted.headers.get('location') ?? '')).text()).toBe(TEXT);
    });

    it('open an upload when there is nothing to mount', async () => {
      const to = newName();
      const answer = await call().send('POST', `/v2/${to}/blobs/uploads/?mount=${DIGEST}&from=${newName()}`);
      expect(answer.status).toBe(202);
      const done = await call().finishUpload(answer.headers.get('location') ?? '', DIGEST, { body: TEXT });
      expect(done.status).toBe(201);
    });

    it('are deleted from their repository alone', async () => {
      const [one, two] = [newName(), newName()];
      await call().pushBlob(one, TEXT);
      await call().pushBlob(two, TEXT);
      expect((await call().send('DELETE', `/v2/${one}/blobs/${DIGEST}`)).status).toBe(202);
      expect((await call().send('GET', `/v2/${one}/blobs/${DIGEST}`)).status).toBe(404);
      expect((await call().send('GET', `/v2/${two}/blobs/${DIGEST}`)).status).toBe(200);
      expect(await errorOf(await call().send('DELETE', `/v2/${one}/blobs/${DIGEST}`))).toBe('404 BLOB_UNKNOWN');
    });

    it('may be empty', async () => {
      const name = newName();
      const { digest } = await call().pushBlob(name, new Uint8Array(0));
      const answer = await call().send('GET', `/v2/${name}/blobs/${digest}`);
      expect([answer.status, await answer.text()]).toEqual([200, '']);
    });

    it.each(['sha256:short', `sha256:${'A'.repeat(64)}`, 'md5:0123', 'nothing'])('are not named %s', async (digest) => {
      const name = newName();
      await call().pushBlob(name, EMPTY);
      const answer = await call().send('GET', `/v2/${name}/blobs/${digest}`);
      if (subject.level === 'current') expect(await errorOf(answer)).toBe('400 DIGEST_INVALID');
      else expect(answer.ok).toBe(false);
    });
  });
}
