import { createHash } from 'node:crypto';
import type { Caller } from './logins.ts';
import type { Addresses } from './shapes/address.ts';
import type { Repository } from './state.ts';
import type { World } from './world.ts';

/** What a handler answers; `body` is sent as JSON. */
export type Reply = Readonly<{ status: number; body: unknown; headers?: Readonly<Record<string, string>> }>;

/** One call, with its path taken apart. */
export type Asked = Readonly<{
  url: URL;
  /** Of the path, in order. */
  parts: readonly string[];
  body: Readonly<Record<string, unknown>>;
  caller: Caller;
  world: World;
  at: Addresses;
}>;

/** A call about a repository that is there. */
export type AskedOf = Asked & Readonly<{ repository: Repository }>;

export function reply(body: unknown, status = 200): Reply {
  return { status, body };
}

/** GitHub's way to say no. */
export function refusal(status: number, message: string, headers: Readonly<Record<string, string>> = {}): Reply {
  const body = { message, documentation_url: 'https://docs.github.com/rest', status: String(status) };
  return { status, body, headers };
}

export const notFound = refusal(404, 'Not Found');

/** One page of a listing, with the addresses of its neighbours. */
export function page({ url, at }: Asked, items: readonly unknown[]): Reply {
  const perPage = Math.min(100, Math.max(1, Number(url.searchParams.get('per_page') ?? 30) || 30));
  const number = Math.max(1, Number(url.searchParams.get('page') ?? 1) || 1);
  const last = Math.max(1, Math.ceil(items.length / perPage));
  const to = (wanted: number, rel: string): string => {
    const target = new URL(`${at.api}${url.pathname}${url.search}`);
    target.searchParams.set('page', String(wanted));
    return `<${target.href}>; rel="${rel}"`;
  };
  const before = number > 1 ? [to(number - 1, 'prev'), to(1, 'first')] : [];
  const links = [...before, ...(number < last ? [to(number + 1, 'next'), to(last, 'last')] : [])];
  const body = items.slice((number - 1) * perPage, number * perPage);
  return { status: 200, body, headers: links.length === 0 ? {} : { link: links.join(', ') } };
}

/** GitHub's ETags are of one token: another one for the same content gets another ETag. */
export function etagOf(text: string, authorization: string | undefined): string {
  return `W/"${createHash('sha256').update(`${authorization}\n${text}`).digest('hex')}"`;
}

/** Name under which the caller writes; undefined: it may not. */
export function writer({ caller }: Asked): string | undefined {
  return caller.type === 'user' || caller.type === 'installation' ? caller.login : undefined;
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
