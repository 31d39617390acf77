import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ConnectOptions, connect } from '../connect.ts';
import { testCertificates } from '../testing/certificates.ts';
import { configMap, kubeconfigFor } from '../testing/objects.ts';
import { failure, json, type Reply, ScriptedApi } from '../testing/scripted-api.ts';
import { type Access, CredentialCache } from './access.ts';

const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'a' };
const one = 'GET /api/v1/namespaces/shop/configmaps/a';
const object = configMap('a', 1);
const base64 = (text: string) => Buffer.from(text).toString('base64');

let certificates: Awaited<ReturnType<typeof testCertificates>>;
let api: ScriptedApi;
let folder: string;

beforeAll(async () => {
  certificates = await testCertificates();
});
beforeEach(async () => {
  const { ca, server } = certificates;
  api = await new ScriptedApi({ ...server, ca, requestCert: true, rejectUnauthorized: false }).listen();
  folder = mkdtempSync(join(tmpdir(), 'access-'));
});
afterEach(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
  expect(api.faults()).toEqual([]);
});

const trusted = () => ({ 'certificate-authority-data': base64(certificates.ca) });

/** A kubeconfig in `folder`, as a user has it. */
function kubeconfig(user: Record<string, unknown>, cluster: Record<string, unknown> = trusted()): ConnectOptions {
  const kubeconfigPath = join(folder, 'config');
  writeFileSync(kubeconfigPath, kubeconfigFor(api.url, user, cluster));
  return { kubeconfigPath, userAgent: 'test' };
}

/** Sends a request; gives what the server saw: token, and name in the client's certificate. */
async function ask(options: ConnectOptions, replies: readonly Reply[] = [json(object)]) {
  const seen: (string | undefined)[] = [];
  for (const reply of replies) {
    api.on(one, (response, from) => {
      const peer = (from.request.socket as TLSSocket).getPeerCertificate();
      seen.push(peer.subject?.CN ? `${peer.subject.CN}` : from.request.headers.authorization);
      return reply(response, from);
    });
  }
  const connection = await connect(options);
  await connection.client.get(ref).finally(() => connection.close());
  return seen;
}

describe('a kubeconfig', () => {
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return name;
  };
  const node = (script: string) => ({
    command: process.execPath,
    args: ['-e', script],
    apiVersion: 'client.authentication.k8s.io/v1',
  });

  it('with a token', async () => expect(await ask(kubeconfig({ token: 'abc' }))).toEqual(['Bearer abc']));
  it('with a token in a file beside it', async () => {
    expect(await ask(kubeconfig({ tokenFile: file('token', 'abc\n') }))).toEqual(['Bearer abc']);
  });
  it('with a user name and a password', async () => {
    expect(await ask(kubeconfig({ username: 'u', password: 'p' }))).toEqual([`Basic ${base64('u:p')}`]);
  });
  it('with a client certificate', async () => {
    const { cert, key } = certificates.client;
    const user = { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) };
    expect(await ask(kubeconfig(user))).toEqual(['somebody']);
  });
  it('with certificates in files beside it', async () => {
    const { ca, client } = certificates;
    const user = { 'client-certificate': file('crt', client.cert), 'client-key': file('key', client.key) };
    expect(await ask(kubeconfig(user, { 'certificate-authority': file('ca', ca) }))).toEqual(['somebody']);
  });
  it('with a plugin, which is asked again when the server refuses what it gave', async () => {
    const count = join(folder, 'count');
    const script = `
      const fs = require('node:fs');
      fs.appendFileSync(${JSON.stringify(count)}, 'x');
      const n = fs.readFileSync(${JSON.stringify(count)}, 'utf8').length;
      const { spec } = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
      const token = 'plugin-' + n + (spec.interactive ? '-interactive' : '');
      console.log(JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token } }));`;
    const replies = [failure(401, 'Unauthorized'), json(object)];
    expect(await ask(kubeconfig({ exec: node(script) }), replies)).toEqual(['Bearer plugin-1', 'Bearer plugin-2']);
  });
  it('with a plugin that fails: in its own words', async () => {
    const exec = node('console.error("log in first"); process.exit(1)');
    await expect(ask(kubeconfig({ exec }), [])).rejects.toThrow('log in first');
  });
  it('whose CA did not sign the server: refused', async () => {
    await expect(ask(kubeconfig({ token: 'abc' }, {}), [])).rejects.toMatchObject({ status: 0 });
  });
  it('that tells not to verify', async () => {
    const options = kubeconfig({ token: 'abc' }, { 'insecure-skip-tls-verify': true });
    expect(await ask(options)).toEqual(['Bearer abc']);
  });

  it.each([
    { context: 'none', says: 'there is no context "none"' },
    { context: 'broken', says: 'there is no cluster "gone"' },
  ])('without what the context $context names', async ({ context, says }) => {
    const path = join(folder, 'config');
    const contexts = [{ name: 'broken', context: { cluster: 'gone' } }];
    writeFileSync(path, JSON.stringify({ clusters: [], contexts }));
    await expect(connect({ kubeconfigPath: path, context, userAgent: 'test' })).rejects.toThrow(says);
  });

  it.each([
    { field: 'exec', user: { exec: { command: 'sh' } }, cluster: {} },
    { field: 'tokenFile', user: { tokenFile: '/etc/passwd' }, cluster: {} },
    { field: 'client-key', user: { 'client-key': '/etc/passwd' }, cluster: {} },
    { field: 'certificate-authority', user: {}, cluster: { 'certificate-authority': '/etc/passwd' } },
  ])('of somebody else may not use $field', async ({ field, user, cluster }) => {
    const text = kubeconfigFor(api.url, user, cluster);
    await expect(connect({ kubeconfig: text, userAgent: 'test' })).rejects.toThrow(`${field} is not allowed here`);
  });
});

describe('in a cluster', () => {
  it('the token and CA of the pod are used, and the namespace known', async () => {
    for (const [name, text] of Object.entries({ token: 'pod\n', namespace: 'alustan', 'ca.crt': certificates.ca })) {
      writeFileSync(join(folder, name), text);
    }
    const { hostname: host, port } = new URL(api.url);
    const options = { inCluster: { host, port, folder }, userAgent: 'test' };
    expect(await ask(options)).toEqual(['Bearer pod']);
    expect((await connect(options)).namespace).toBe('alustan');
  });
});

describe('credentials', () => {
  const setUp = () => {
    const state = { now: 0, reads: 0, forgotten: 0, fail: false };
    const access: Access = {
      server: 'https://example.invalid',
      credentials: async () => {
        state.reads += 1;
        if (state.fail) throw new Error('no file');
        return { headers: { n: String(state.reads) }, tls: {} };
      },
      forget: () => {
        state.forgotten += 1;
      },
    };
    return { state, cache: new CredentialCache(access, () => state.now) };
  };

  it('are read once for many requests, and again after a minute', async () => {
    const { state, cache } = setUp();
    await Promise.all([cache.get(), cache.get(), cache.get()]);
    state.now = 59_999;
    await cache.get();
    expect(state.reads).toBe(1);
    state.now = 60_000;
    expect((await cache.get()).headers).toEqual({ n: '2' });
  });
  it('that could not be read are read again at once', async () => {
    const { state, cache } = setUp();
    state.fail = true;
    await expect(cache.get()).rejects.toThrow('no file');
    state.fail = false;
    expect((await cache.get()).headers).toEqual({ n: '2' });
  });
  it('that many requests find refused are dropped once', async () => {
    const { state, cache } = setUp();
    const old = await cache.get();
    await Promise.all([cache.refuse(old), cache.refuse(old)]);
    await cache.get();
    await cache.refuse(old);
    expect(state).toMatchObject({ reads: 2, forgotten: 1 });
  });
});
