import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';

export type Caller =
  | Readonly<{ type: 'anonymous' }>
  | Readonly<{ type: 'user'; login: string; token: string }>
  | Readonly<{ type: 'app'; app: AppRegistration }>
  | Readonly<{ type: 'installation'; login: string; token: string }>;

export type AppRegistration = Readonly<{ appId: string; slug: string; installationId: number; publicKey: string }>;

export type LoginOptions = Readonly<{
  /** Valid tokens and whose they are; absent: every token is valid, and `alustan`'s. */
  tokens?: Readonly<Record<string, string>>;
  apps?: readonly AppRegistration[];
}>;

/** Milliseconds that the token of an installation lives. */
const installationTokenMs = 3_600_000;

/** Who calls: by token, by an App's signed JWT, or by the token of an installation. */
export class Logins {
  readonly #options: LoginOptions;
  readonly #now: () => Date;
  readonly #revoked = new Set<string>();
  readonly #issued = new Map<string, { app: AppRegistration; until: number }>();
  #count = 0;

  constructor(options: LoginOptions, now: () => Date) {
    this.#options = options;
    this.#now = now;
  }

  revoke(token: string): void {
    this.#revoked.add(token);
  }

  restore(token: string): void {
    this.#revoked.delete(token);
  }

  /** undefined: the credentials are bad. */
  caller(authorization: string | undefined): Caller | undefined {
    if (authorization === undefined) return { type: 'anonymous' };
    const token = /^(?:bearer|token) (.+)$/i.exec(authorization)?.[1]?.trim();
    if (token === undefined || this.#revoked.has(token)) return undefined;
    if (token.split('.').length === 3) return this.#app(token);
    const issued = this.#issued.get(token);
    if (issued !== undefined) {
      return issued.until > this.#now().getTime()
        ? { type: 'installation', login: `${issued.app.slug}[bot]`, token }
        : undefined;
    }
    const { tokens } = this.#options;
    if (tokens === undefined) return token.startsWith('ghs_') ? undefined : { type: 'user', login: 'alustan', token };
    const login = tokens[token];
    return login === undefined ? undefined : { type: 'user', login, token };
  }

  app(installationId: number): AppRegistration | undefined {
    return this.#options.apps?.find((each) => each.installationId === installationId);
  }

  issue(app: AppRegistration): { token: string; expiresAt: string } {
    this.#count += 1;
    const token = `ghs_${createHash('sha256').update(`${app.appId} ${this.#count}`).digest('hex').slice(0, 36)}`;
    const until = this.#now().getTime() + installationTokenMs;
    this.#issued.set(token, { app, until });
    return { token, expiresAt: new Date(until).toISOString().replace(/\.\d+Z$/, 'Z') };
  }

  /** RS256, by the app that it names, and not expired. */
  #app(jwt: string): Caller | undefined {
    const [head = '', body = '', signature = ''] = jwt.split('.');
    const claims = decoded(body) as { iss?: unknown; exp?: unknown };
    const app = this.#options.apps?.find(({ appId }) => appId === String(claims.iss));
    if (app === undefined || typeof claims.exp !== 'number') return undefined;
    if (claims.exp * 1000 < Date.now()) return undefined;
    const key: KeyObject = createPublicKey(app.publicKey);
    const signed = verify('RSA-SHA256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'));
    return signed ? { type: 'app', app } : undefined;
  }
}

function decoded(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString());
  } catch {
    return {};
  }
}
