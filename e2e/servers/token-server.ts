import 'reflect-metadata'; // @peculiar/x509 needs it loaded before itself
import { createSign, randomUUID, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { challenge, isAllowed, type Login, serve } from './http.ts';

/** The other half of a registry's token authentication: Docker's "token" protocol, as hosted registries speak it. */
export type TokenServer = Readonly<{
  /** What the registry names in its challenge. */
  realm: string;
  service: string;
  issuer: string;
  /** The certificate that the registry trusts. */
  certificatePem: string;
  stop(): Promise<void>;
}>;

type Signer = Readonly<{ privateKeyPem: string; certificatePem: string }>;
type Access = Readonly<{ type: string; name: string; actions: string[] }>;

const service = 'alustan-e2e-registry';
const issuer = 'alustan-e2e-tokens';
const lifetimeSeconds = 300;

/** Gives tokens for every scope asked for to whoever logs in. */
export async function startTokenServer(login: Login): Promise<TokenServer> {
  const signer = await newSigner();
  const server = await serve((request, response) => {
    if (!isAllowed(request, login)) {
      challenge(response, login);
      return;
    }
    const scopes = new URL(request.url ?? '/', 'http://127.0.0.1').searchParams.getAll('scope');
    const token = sign(scopes.flatMap((scope) => scope.split(' ')).map(parseScope), signer);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ token, expires_in: lifetimeSeconds }));
  });
  return {
    // By name: crane refuses a realm at a loopback address, as a guard against forged requests.
    realm: `${server.url.replace('127.0.0.1', 'localhost')}/token`,
    service,
    issuer,
    certificatePem: signer.certificatePem,
    stop: server.stop,
  };
}

/** `repository:shop/api:pull,push`; a name may hold colons (a port). */
function parseScope(scope: string): Access {
  const parts = scope.split(':');
  const actions = parts.pop()?.split(',') ?? [];
  return { type: parts.shift() ?? '', name: parts.join(':'), actions };
}

function sign(access: readonly Access[], signer: Signer): string {
  const now = Math.floor(Date.now() / 1000);
  const der = new X509Certificate(signer.certificatePem).raw.toString('base64');
  const header = { typ: 'JWT', alg: 'RS256', x5c: [der] };
  const claims = {
    iss: issuer,
    sub: 'e2e',
    aud: service,
    iat: now,
    nbf: now - 10,
    exp: now + lifetimeSeconds,
    jti: randomUUID(),
    access,
  };
  const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const content = `${encode(header)}.${encode(claims)}`;
  return `${content}.${createSign('sha256').update(content).sign(signer.privateKeyPem, 'base64url')}`;
}

async function newSigner(): Promise<Signer> {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=alustan-e2e-tokens',
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - 3_600_000),
    notAfter: new Date(Date.now() + 86_400_000),
  });
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return {
    certificatePem: certificate.toString('pem'),
    privateKeyPem: `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`,
  };
}
