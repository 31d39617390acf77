import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  sign,
  verify,
} from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { User } from '../http/request.ts';
import { type ApiObject, dig, isMap, type Json, listOf, numberOf, textOf } from '../object.ts';
import type { Store } from '../store/store.ts';
import type { TokenReviewer } from './authenticate.ts';
import { writeSecretFile } from './certificates.ts';

export const defaultAudience = 'https://kubernetes.default.svc.cluster.local';

export function serviceAccountGroups(namespace: string): string[] {
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
}

/** Issues and checks the tokens of service accounts: JWTs signed with a key of this server. */
export class ServiceAccountTokens {
  readonly #key: KeyObject;
  readonly #public: KeyObject;
  readonly #store: Store;

  constructor(dataDir: string, store: Store) {
    this.#key = loadKey(join(dataDir, 'pki', 'sa.key'));
    this.#public = createPublicKey(this.#key);
    this.#store = store;
  }

  /** A token for an account, good for `seconds`; `bound` names the Pod or Secret that it goes with. */
  issue(
    account: ApiObject,
    audiences: readonly string[],
    seconds: number,
    now: Date,
    bound?: Json,
  ): { token: string; expires: Date } {
    const { name, namespace = '', uid = '' } = account.metadata;
    const issued = Math.floor(now.getTime() / 1000);
    const about: Json = { namespace, serviceaccount: { name, uid } };
    if (bound !== undefined) about[textOf(bound['kind']).toLowerCase()] = { name: bound['name'], uid: bound['uid'] };
    const claims = {
      aud: audiences,
      exp: issued + seconds,
      iat: issued,
      iss: defaultAudience,
      jti: randomUUID(),
      'kubernetes.io': about,
      nbf: issued,
      sub: `system:serviceaccount:${namespace}:${name}`,
    };
    const text = `${encode({ alg: 'ES256', typ: 'JWT' })}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(text), { key: this.#key, dsaEncoding: 'ieee-p1363' });
    return { token: `${text}.${signature.toString('base64url')}`, expires: new Date((issued + seconds) * 1000) };
  }

  /** Who a token stands for; undefined when it is not ours, out of date, or its account is gone. */
  review(token: string, now: Date, audience = defaultAudience): User | undefined {
    const claims = this.#claims(token);
    if (claims === undefined || numberOf(claims['exp']) * 1000 <= now.getTime()) return undefined;
    if (!listOf(claims['aud']).includes(audience)) return undefined;
    const about = claims['kubernetes.io'];
    const namespace = textOf(dig(about, 'namespace'));
    const name = textOf(dig(about, 'serviceaccount', 'name'));
    const uid = textOf(dig(about, 'serviceaccount', 'uid'));
    const entry = this.#store.get(`/core/serviceaccounts/${namespace}/${name}`);
    if (entry === undefined || dig(JSON.parse(entry.value), 'metadata', 'uid') !== uid) return undefined;
    return { name: `system:serviceaccount:${namespace}:${name}`, uid, groups: serviceAccountGroups(namespace) };
  }

  reviewer(now: () => Date): TokenReviewer {
    return (token) => this.review(token, now());
  }

  #claims(token: string): Json | undefined {
    const [head = '', body = '', signature = ''] = token.split('.');
    const key = { key: this.#public, dsaEncoding: 'ieee-p1363' as const };
    if (!verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))) return undefined;
    const claims: unknown = JSON.parse(Buffer.from(body, 'base64url').toString());
    return isMap(claims) ? claims : undefined;
  }
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function loadKey(path: string): KeyObject {
  if (existsSync(path)) return createPrivateKey(readFileSync(path));
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeSecretFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  return privateKey;
}
