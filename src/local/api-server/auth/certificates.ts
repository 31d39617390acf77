import 'reflect-metadata'; // @peculiar/x509 needs it loaded before itself
import type { webcrypto } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

export type ServingIdentity = Readonly<{ caPem: string; certPem: string; keyPem: string }>;

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const years = 10;

const hostNames = [
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];
const addresses = ['127.0.0.1', '::1', '10.96.0.1'];

/** The server's certificate and the CA that signed it, made on the first start and kept under `dataDir`. */
export async function servingIdentity(dataDir: string): Promise<ServingIdentity> {
  const folder = join(dataDir, 'pki');
  const paths = {
    caPem: join(folder, 'ca.crt'),
    certPem: join(folder, 'server.crt'),
    keyPem: join(folder, 'server.key'),
  };
  if (Object.values(paths).every((path) => existsSync(path))) {
    return {
      caPem: readFileSync(paths.caPem, 'utf8'),
      certPem: readFileSync(paths.certPem, 'utf8'),
      keyPem: readFileSync(paths.keyPem, 'utf8'),
    };
  }
  const made = await makeIdentity();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [name, path] of Object.entries(paths)) {
    writeSecretFile(path, made[name as keyof ServingIdentity]);
  }
  return made;
}

/** Writes whole or not at all: a crash leaves no half key. */
export function writeSecretFile(path: string, content: string): void {
  writeFileSync(`${path}.new`, content, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

async function makeIdentity(): Promise<ServingIdentity> {
  cryptoProvider.set(crypto);
  const caKeys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const notBefore = new Date(Date.now() - 60_000);
  const notAfter = new Date(notBefore.getTime() + years * 365 * 86_400_000);
  const ca = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=alustan-local-ca',
    keys: caKeys,
    notBefore,
    notAfter,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign | KeyUsageFlags.digitalSignature, true),
    ],
  });
  const cert = await X509CertificateGenerator.create({
    subject: 'CN=kube-apiserver',
    issuer: ca.subject,
    publicKey: keys.publicKey,
    signingKey: caKeys.privateKey,
    notBefore,
    notAfter,
    signingAlgorithm: algorithm,
    extensions: serverExtensions(),
  });
  return { caPem: pem(ca), certPem: pem(cert), keyPem: await privatePem(keys.privateKey) };
}

function serverExtensions() {
  return [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension([
      ...hostNames.map((value) => ({ type: 'dns' as const, value })),
      ...addresses.map((value) => ({ type: 'ip' as const, value })),
    ]),
  ];
}

function pem(certificate: X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}

async function privatePem(key: webcrypto.CryptoKey): Promise<string> {
  return `${PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`;
}
