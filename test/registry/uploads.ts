import { describe, expect, it } from 'vitest';
import { Caller, digestOf, errorOf, newName, type Subject } from './subject.ts';

const TEXT = 'hello registry';
const DIGEST = digestOf(TEXT);
const WRONG = digestOf('something else');

/** The ways in which a blob comes in. */
export function describeUploads(subject: Subject): void {
  const call = () => new Caller(subject.url());
  const patch = (location: string, body: string, headers: Record<string, string> = {}) =>
    call().send('PATCH', location, { body, headers: { 'content-type': 'application/octet-stream', ...headers } });
  const expectBlob = async (name: string) =>
    expect(await (await call().send('GET', `/v2/${name}/blobs/${DIGEST}`)).text()).toBe(TEXT);

  describe('uploads', () => {
    it('take a whole blob by PUT after POST', async () => {
      const name = newName();
      const done = await call().finishUpload(await call().startUpload(name), DIGEST, { body: TEXT });
      expect([done.status, done.headers.get('docker-content-digest')]).toEqual([201, DIGEST]);
      expect(new URL(done.headers.get('location') ?? '', subject.url()).pathname).toBe(`/v2/${name}/blobs/${DIGEST}`);
      await expectBlob(name);
    });

    it.runIf(subject.level === 'current')('take a whole blob by one POST', async () => {
      const name = newName();
      const done = await call().send('POST', `/v2/${name}/blobs/uploads/?digest=${DIGEST}`, { body: TEXT });
      expect(done.status).toBe(201);
      await expectBlob(name);
    });

    it('take chunks in order, tell how far they are, and take the last with PUT', async () => {
      const name = newName();
      let location = await call().startUpload(name);
      for (const [chunk, range, end] of [
        ['hello', '0-4', '0-4'],
        [' ', '5-5', '0-5'],
      ] as const) {
        const answer = await patch(location, chunk, { 'content-range': range });
        expect([answer.status, answer.headers.get('range')]).toEqual([202, end]);
        location = answer.headers.get('location') ?? '';
      }
      const status = await call().send('GET', location);
      expect([status.status, status.headers.get('range')]).toEqual([204, '0-5']);
      const headers = { 'content-range': '6-13', 'content-type': 'application/octet-stream' };
      expect((await call().finishUpload(location, DIGEST, { body: 'registry', headers })).status).toBe(201);
      await expectBlob(name);
      expect(await errorOf(await call().send('GET', location))).toBe('404 BLOB_UPLOAD_UNKNOWN');
    });

    it('take one stream without Content-Range, as docker push sends it', async () => {
      const name = newName();
      const sent = await patch(await call().startUpload(name), TEXT);
      expect(sent.status).toBe(202);
      expect((await call().finishUpload(sent.headers.get('location') ?? '', DIGEST)).status).toBe(201);
      await expectBlob(name);
    });

    it.runIf(subject.level === 'current')('refuse a chunk out of order with 416, and go on after it', async () => {
      const name = newName();
      const location = await call().startUpload(name);
      expect((await patch(location, 'hello ', { 'content-range': '0-5' })).status).toBe(202);
      const early = await patch(location, 'registry', { 'content-range': '7-14' });
      expect([early.headers.get('range'), await errorOf(early)]).toEqual(['0-5', '416 RANGE_INVALID']);
      const again = await patch(location, 'hello ', { 'content-range': '0-5' });
      expect(again.status).toBe(416);
      expect((await patch(location, 'registry', { 'content-range': '6-13' })).status).toBe(202);
      expect((await call().finishUpload(location, DIGEST)).status).toBe(201);
      await expectBlob(name);
    });

    it.runIf(subject.level === 'current').each([
      ['5-4', 'BLOB_UPLOAD_INVALID'],
      ['all of it', 'BLOB_UPLOAD_INVALID'],
      ['0-99', 'SIZE_INVALID'],
    ])('refuse Content-Range %s for what is not so', async (range, code) => {
      const answer = await patch(await call().startUpload(newName()), TEXT, { 'content-range': range });
      expect(await errorOf(answer)).toBe(`400 ${code}`);
    });

    it('refuse a wrong digest, and keep nothing', async () => {
      const name = newName();
      const location = await call().startUpload(name);
      const done = await call().finishUpload(location, WRONG, { body: TEXT });
      expect(await errorOf(done)).toBe('400 DIGEST_INVALID');
      for (const digest of [WRONG, DIGEST]) {
        expect((await call().send('HEAD', `/v2/${name}/blobs/${digest}`)).status).toBe(404);
      }
    });

    it('need a digest to end', async () => {
      const location = await call().startUpload(newName());
      expect(await errorOf(await call().send('PUT', location, { body: TEXT }))).toBe('400 DIGEST_INVALID');
    });

    it('are cancelled by DELETE', async () => {
      const location = await call().startUpload(newName());
      expect((await call().send('DELETE', location)).status).toBe(204);
      expect((await call().send('GET', location)).status).toBe(404);
    });

    it('are not known in another repository, nor under a made-up id', async () => {
      const name = newName();
      const location = await call().startUpload(name);
      const elsewhere = new URL(location, subject.url()).pathname.replace(name, newName());
      for (const path of [elsewhere, `/v2/${name}/blobs/uploads/no-such-upload`]) {
        expect((await call().send('PATCH', path, { body: TEXT })).status).toBe(404);
      }
    });

    it('of the same blob at once all succeed', async () => {
      const name = newName();
      const names = [name, name, name, newName(), newName()];
      await Promise.all(names.map((repository) => call().pushBlob(repository, TEXT)));
      await Promise.all(names.map(expectBlob));
    });

    it.runIf(subject.level === 'current')('take SHA-512 as well', async () => {
      const name = newName();
      const digest = digestOf(TEXT, 'sha512');
      const done = await call().finishUpload(await call().startUpload(name), digest, { body: TEXT });
      expect(done.status).toBe(201);
      expect(await (await call().send('GET', `/v2/${name}/blobs/${digest}`)).text()).toBe(TEXT);
    });
  });
}
