import { sha256 } from '../../core/hash.ts';
import { mirrorsFor, type Redirect } from '../../core/redirect.ts';
import type { HttpClient, HttpResponse, Timeouts } from '../http/client.ts';
import { createHttpClients } from '../http/clients.ts';
import { FailureError, raise, toFailure } from '../http/failure.ts';
import { isLoopback } from '../http/url.ts';
import type { RegistryAuth } from './docker-config.ts';
import { raiseStatus, type Subject, shown } from './failures.ts';
import { createTokens, type Login, type Tokens } from './token.ts';

export type RegistryOptions = Readonly<{
  /** `--registry-mirror`. */
  mirrors?: readonly Redirect[];
  /** Hosts, with their port, that are spoken to in plain HTTP beside loopback. */
  insecure?: readonly string[];
  timeouts?: Partial<Timeouts>;
  now?: () => number;
}>;

/** Who asks. `id` as with git: what one login saw is not shown to another. */
export type RegistryLogin = Readonly<{
  id: string;
  auth?: RegistryAuth;
  /** PEM of the authorities to trust instead of the platform's; says that the registry speaks TLS, loopback or not. */
  ca?: string;
}>;

/** A repository, and who asks. */
export type RegistryRef = Subject & Readonly<{ login?: RegistryLogin }>;

type Get = Readonly<{
  method?: 'GET' | 'HEAD';
  headers?: Readonly<Record<string, string>>;
  signal: AbortSignal;
}>;

/** Speaks to registries (OCI distribution specification), logs in where asked to, and knows their mirrors. */
export interface Registry {
  /**
   * Requests `path` below `/v2/<repository>/`. Returns what is not a fault, 304 and 404 included; throws failures for
   * all else. `start` is where a later page lies, as the registry gave it.
   */
  get(ref: RegistryRef, path: string, get: Get): Promise<HttpResponse>;
  close(): Promise<void>;
}

export function createRegistry(options: RegistryOptions = {}): Registry {
  const clients = createHttpClients({ total: 60_000, ...options.timeouts });
  const tokens = createTokens(options.now ?? (() => Date.now()));
  const backOff = createBackOff(options.now ?? (() => Date.now()));
  return {
    get: (ref, path, get) => backOff(ref, () => viaMirrors((ca) => clients.for(ca), tokens, options, ref, path, get)),
    close: () => clients.close(),
  };
}

/** Milliseconds of silence towards a registry that said 429 without saying for how long. */
const defaultBackOff = 30_000;

/** A registry that has answered 429 is left alone until it wants to be asked again, whatever the repository (E24). */
function createBackOff(now: () => number) {
  const until = new Map<string, number>();
  return async <T>(ref: RegistryRef, work: () => Promise<T>): Promise<T> => {
    const key = JSON.stringify([ref.host, ref.login?.id ?? '']);
    const left = (until.get(key) ?? 0) - now();
    if (left > 0)
      raise(
        'transient',
        'RateLimited',
        `${shown(ref)}: the registry wants no requests for now (429); a login or a mirror raises the limit`,
        left,
      );
    try {
      return await work();
    } catch (error) {
      const { reason, retryAfterMs } = toFailure(error, shown(ref));
      if (reason === 'RateLimited') until.set(key, now() + (retryAfterMs ?? defaultBackOff));
      throw error;
    }
  };
}

/** The mirrors first; one that is down or lacks the thing is passed over, as containerd does. */
async function viaMirrors(
  client: (ca: string | undefined) => HttpClient,
  tokens: Tokens,
  options: RegistryOptions,
  ref: RegistryRef,
  path: string,
  get: Get,
): Promise<HttpResponse> {
  for (const base of mirrorsFor(ref.host, options.mirrors ?? [])) {
    const host = new URL(base).host;
    // The login belongs to the registry itself; a mirror gets none of it.
    const answer = await requestOf(
      client(undefined),
      tokens,
      base,
      { host, repository: ref.repository },
      path,
      get,
    ).catch((error: unknown) => {
      if (toFailure(error, shown(ref)).reason === 'Aborted') throw error;
      return undefined;
    });
    if (answer !== undefined && answer.status !== 404) return answer;
    await answer?.discard();
  }
  const ca = ref.login?.ca;
  return requestOf(client(ca), tokens, baseOf(ref.host, ca !== undefined, options.insecure ?? []), ref, path, get);
}

function baseOf(host: string, trusted: boolean, insecure: readonly string[]): string {
  if (host === 'docker.io') return 'https://registry-1.docker.io';
  const plain = !trusted && (insecure.includes(host) || isLoopback(host.replace(/:\d+$/, '')));
  return `${plain ? 'http' : 'https'}://${host}`;
}

async function requestOf(
  http: HttpClient,
  tokens: Tokens,
  base: string,
  ref: RegistryRef,
  path: string,
  get: Get,
): Promise<HttpResponse> {
  const login: Login = { subject: ref, auth: ref.login?.auth, id: ref.login?.id ?? '' };
  const url = /^(\/|https?:)/.test(path) ? new URL(path, base) : new URL(`${base}/v2/${ref.repository}/${path}`);
  // A later page may be given as a full address; it must not lead elsewhere with our token.
  if (url.origin !== new URL(base).origin)
    raise('transient', 'BadAnswer', `${shown(ref)}: the registry's next page lies at another host`);
  const ask = (authorization: string | undefined) =>
    http.request({
      url: url.href,
      method: get.method ?? 'GET',
      headers: { ...get.headers, ...(authorization === undefined ? {} : { authorization }) },
      signal: get.signal,
    });
  try {
    let answer = await ask(tokens.header(login));
    if (answer.status === 401) {
      await answer.discard();
      answer = await ask(await tokens.renew(http, login, answer.headers['www-authenticate'], get.signal));
    }
    if (answer.status === 200 || answer.status === 304 || answer.status === 404) return answer;
    const text = new TextDecoder().decode(await answer.bytes(1024 * 1024));
    return raiseStatus(ref, answer.status, text, answer.headers['retry-after']);
  } catch (error) {
    throw new FailureError(toFailure(error, shown(ref)));
  }
}

/** Throws when the bytes are not what the digest says. */
export function checkDigest(subject: Subject, digest: string, bytes: Uint8Array): void {
  if (digest.startsWith('sha256:') && `sha256:${sha256(bytes)}` === digest) return;
  raise('transient', 'DigestMismatch', `${shown(subject)}: the content is not what its digest ${digest} says`);
}
