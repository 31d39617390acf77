import type { HttpClient } from '../http/client.ts';
import { raise } from '../http/failure.ts';
import { isLoopback } from '../http/url.ts';
import { parseChallenges } from './challenge.ts';
import type { RegistryAuth } from './docker-config.ts';
import { raiseNotRegistry, raiseStatus, type Subject, shown } from './failures.ts';

export type Login = Readonly<{ subject: Subject; auth: RegistryAuth | undefined; id: string }>;

/** Seconds that a token lives when its server does not say (distribution's token specification). */
const defaultLife = 60;
const maxTokens = 10_000;

/** Remembers how each registry wants to be spoken to, and tokens as long as they live. */
export interface Tokens {
  /** The Authorization header that is known to be wanted, or none yet. */
  header(login: Login): string | undefined;
  /** Answers a 401: finds out what is wanted, gets a token where one is. Throws failures. */
  renew(http: HttpClient, login: Login, challenge: string | undefined, signal: AbortSignal): Promise<string>;
}

export function createTokens(now: () => number): Tokens {
  const known = new Map<string, { header: string; until: number }>();
  const key = ({ subject, id }: Login) => JSON.stringify([subject.host, subject.repository, id]);
  return {
    header: (login) => {
      const entry = known.get(key(login));
      return entry !== undefined && entry.until > now() ? entry.header : undefined;
    },
    renew: async (http, login, challenge, signal) => {
      const offers = parseChallenges(challenge ?? '');
      const bearer = offers.find(({ scheme }) => scheme === 'bearer');
      const at = now();
      const { header, life } = bearer
        ? await exchange(http, login, bearer.parameters, signal)
        : basic(
            login,
            offers.some(({ scheme }) => scheme === 'basic'),
          );
      if (known.size >= maxTokens) known.clear();
      // Not to its last second: it must live through the request for which it is used.
      known.set(key(login), { header, until: at + Math.max(life - 10, life / 2) * 1000 });
      return header;
    },
  };
}

function basic({ subject, auth }: Login, offered: boolean): { header: string; life: number } {
  if (auth === undefined || !offered) raiseStatus(subject, 401, '', undefined);
  return { header: `Basic ${encode(auth)}`, life: 3600 };
}

type Parameters = Readonly<Record<string, string>>;

async function exchange(http: HttpClient, login: Login, { realm, service, scope }: Parameters, signal: AbortSignal) {
  const { subject, auth } = login;
  const url = realmUrl(subject, realm);
  if (service !== undefined) url.searchParams.set('service', service);
  url.searchParams.set('scope', scope ?? `repository:${subject.repository}:pull`);
  const headers = auth === undefined ? {} : { authorization: `Basic ${encode(auth)}` };
  const answer = await http.request({ url: url.href, headers, signal });
  const text = new TextDecoder().decode(await answer.bytes(1024 * 1024));
  if (answer.status !== 200) raiseStatus(subject, answer.status, text, answer.headers['retry-after']);
  const { token, life } = readToken(text);
  if (token === undefined) raiseNotRegistry(subject, answer.headers['content-type']);
  return { header: `Bearer ${token}`, life };
}

/** The realm comes from the other side: the login must not be sent in the clear because it says so. */
function realmUrl(subject: Subject, realm: string | undefined): URL {
  const url = URL.parse(realm ?? '');
  if (url === null)
    raise('transient', 'BadAnswer', `${shown(subject)}: the registry names no address at which to log in`);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return url;
  return raise('invalid', 'InsecureRegistry', `${shown(subject)}: its login address ${url.origin} is not https`);
}

function readToken(text: string): { token: string | undefined; life: number } {
  try {
    const { token, access_token: access, expires_in: life } = JSON.parse(text) as Record<string, unknown>;
    const value = [token, access].find((each) => typeof each === 'string' && each !== '') as string | undefined;
    return { token: value, life: typeof life === 'number' && life > 0 ? life : defaultLife };
  } catch {
    return { token: undefined, life: 0 };
  }
}

function encode({ username, password }: RegistryAuth): string {
  return Buffer.from(`${username}:${password}`).toString('base64');
}
