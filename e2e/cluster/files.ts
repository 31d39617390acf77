import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Access } from './api.ts';

/** Someone who may log in by a bearer token. */
export type User = Readonly<{ name: string; token: string; groups: readonly string[] }>;

export const adminName = 'alustan-admin';

export function newToken(): string {
  return randomBytes(24).toString('hex');
}

/** Which requests the API server writes down. */
export type Audit = 'all' | 'jobs';

/** JSON is YAML. */
function auditPolicy(audit: Audit): string {
  const resources = [{ group: 'batch', resources: ['jobs'] }];
  const rules = audit === 'all' ? [{ level: 'Metadata' }] : [{ level: 'Metadata', resources }, { level: 'None' }];
  return JSON.stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', omitStages: ['RequestReceived'], rules });
}

/** What the API server reads when it starts. Private: a token of this file is an administrator. */
export function writeServerFiles(dir: string, users: readonly User[], audit: Audit = 'all'): void {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeSecret(join(dir, 'service-accounts.key'), privateKey.export({ type: 'pkcs1', format: 'pem' }) as string);
  writeSecret(join(dir, 'audit-policy.yaml'), auditPolicy(audit));
  const lines = users.map(({ name, token, groups }) => `${token},${name},${name},"${groups.join(',')}"`);
  writeSecret(join(dir, 'tokens.csv'), `${lines.join('\n')}\n`);
}

/** A kubeconfig of one cluster, one user. JSON is YAML. */
export function writeKubeconfig(path: string, access: Access, user = adminName): void {
  const cluster = {
    server: access.url,
    'certificate-authority-data': Buffer.from(access.caPem).toString('base64'),
  };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'e2e',
    clusters: [{ name: 'e2e', cluster }],
    users: [{ name: user, user: { token: access.token } }],
    contexts: [{ name: 'e2e', context: { cluster: 'e2e', user, namespace: 'default' } }],
  };
  writeSecret(path, `${JSON.stringify(config, undefined, 2)}\n`);
}

function writeSecret(path: string, content: string): void {
  writeFileSync(path, content, { mode: 0o600 });
}
