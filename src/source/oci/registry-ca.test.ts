import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { testCertificates } from '../../kube/testing/certificates.ts';
import { createImageSource } from './images.ts';
import type { RegistryLogin } from './registry.ts';

/** A registry behind TLS of a private authority, with a login and a token server of its own. */
async function start() {
  const certificates = await testCertificates();
  const server = createServer({ ...certificates.server }, (request, response) => {
    const { authorization } = request.headers;
    if (request.url?.startsWith('/token') === true) return void response.end(JSON.stringify({ token: 'granted' }));
    if (authorization === 'Bearer granted') return void response.end(JSON.stringify({ tags: ['1.0.0'] }));
    const challenge = `Bearer realm="https://${request.headers.host}/token",service="x"`;
    response.writeHead(401, { 'www-authenticate': challenge }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const images = createImageSource({ maxAgeMs: 0 });
  onTestFinished(async () => {
    await images.close();
    server.closeAllConnections();
    server.close();
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const look = (login: RegistryLogin) =>
    images.observe({ host, repository: 'team/shop', login }, undefined, { signal: new AbortController().signal });
  return { ca: certificates.ca, look };
}

it('a registry of a private authority is trusted by the CA of the Secret, and so is where it sends to log in', async () => {
  const { ca, look } = await start();
  expect(await look({ id: 'a', ca })).toMatchObject({ ok: true, value: { fact: { tags: ['1.0.0'] } } });
});

it('and by no other', async () => {
  const [{ look }, other] = await Promise.all([start(), testCertificates()]);
  expect(await look({ id: 'a', ca: other.ca })).toMatchObject({
    ok: false,
    failure: { reason: 'UntrustedCertificate', message: expect.stringContaining('"ca.crt"') },
  });
});
