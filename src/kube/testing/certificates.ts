import 'reflect-metadata'; // @peculiar/x509 needs it loaded before itself
import {
  BasicConstraintsExtension,
  cryptoProvider,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

export type Pair = Readonly<{ cert: string; key: string }>;

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** A CA, a server's pair for 127.0.0.1 and a client's, good for an hour. PEM. */
export async function testCertificates(): Promise<Readonly<{ ca: string; server: Pair; client: Pair }>> {
  cryptoProvider.set(crypto);
  const keys = () => crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const times = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) };
  const caKeys = await keys();
  const ca = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=test-ca',
    keys: caKeys,
    ...times,
    signingAlgorithm: algorithm,
    extensions: [new BasicConstraintsExtension(true)],
  });
  const issue = async (subject: string): Promise<Pair> => {
    const own = await keys();
    const cert = await X509CertificateGenerator.create({
      subject,
      issuer: ca.subject,
      ...times,
      publicKey: own.publicKey,
      signingKey: caKeys.privateKey,
      signingAlgorithm: algorithm,
      extensions: [new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
    });
    const key = await crypto.subtle.exportKey('pkcs8', own.privateKey);
    return { cert: cert.toString('pem'), key: PemConverter.encode(key, 'PRIVATE KEY') };
  };
  return { ca: ca.toString('pem'), server: await issue('CN=server'), client: await issue('CN=somebody') };
}
