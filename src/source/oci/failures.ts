import type { Failure } from '../../core/result.ts';
import { raise } from '../http/failure.ts';

/** An image's repository at a registry, for messages: `repository ghcr.io/a/b`. */
export type Subject = Readonly<{ host: string; repository: string }>;

export function shown({ host, repository }: Subject): string {
  return `repository "${repository}" at registry ${host}`;
}

/** Throws what an HTTP status of a registry means; `text` is the answer's body, from which its own words are taken. */
export function raiseStatus(subject: Subject, status: number, text: string, retryAfter: string | undefined): never {
  const answered = `${shown(subject)}: the registry answered ${status}${ownWords(text)}`;
  const [kind, reason, remedy] = meaning(status);
  raise(kind, reason, `${answered}; ${remedy}`, kind === 'transient' ? retryAfterMs(retryAfter) : undefined);
}

function meaning(status: number): [Failure['kind'], string, string] {
  if (status === 401 || status === 403) {
    return [
      'invalid',
      'Unauthorized',
      'give a login that may read it (containerRegistrySecret, or a Secret of type dockerconfigjson)',
    ];
  }
  if (status === 404)
    return ['invalid', 'ImageNotFound', 'check the name, and that it was pushed; private images may also answer so'];
  if (status === 429) return ['transient', 'RateLimited', 'too many requests; a login or a mirror raises the limit'];
  if (status >= 500) return ['transient', 'ServerError', 'the registry has a fault; tried again later'];
  return ['invalid', 'BadAnswer', 'this is not what a registry says; check the host'];
}

/** Throws: the other side is a web server, but no registry. */
export function raiseNotRegistry(subject: Subject, contentType: string | undefined): never {
  const what = /html/i.test(contentType ?? '') ? 'a web page (HTML)' : `content of type "${contentType ?? 'none'}"`;
  raise(
    'transient',
    'NotARegistry',
    `${shown(subject)}: the server answered with ${what} instead of a registry's JSON; check the host`,
  );
}

/** `Retry-After` in milliseconds: seconds, or a date. */
function retryAfterMs(value: string | undefined, now = Date.now()): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** The message of the registry's error document, cut short; nothing when there is none. */
function ownWords(text: string): string {
  try {
    const { errors } = JSON.parse(text) as { errors?: { code?: unknown; message?: unknown }[] };
    const first = errors?.[0];
    const words = [first?.code, first?.message].filter((word) => typeof word === 'string' && word !== '');
    return words.length === 0 ? '' : ` (${words.join(': ').replace(/\s+/g, ' ').slice(0, 160)})`;
  } catch {
    return '';
  }
}
