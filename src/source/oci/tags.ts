import { canonicalJson, sha256 } from '../../core/hash.ts';
import { raise } from '../http/failure.ts';
import { raiseNotRegistry, raiseStatus, shown } from './failures.ts';
import type { Registry, RegistryRef } from './registry.ts';

/** A repository's tags, sorted; `etags` hold what the registry calls its first page, for the next time. */
export type TagList = Readonly<{ tags: readonly string[]; revision: string; etag: string | undefined }>;

const pageSize = 1000;
/** Pages of one list; a registry that gives more is going in circles. */
const maxPages = 1000;
const maxPage = 16 * 1024 * 1024;

/**
 * All tags of a repository, page after page (E24). With `before`, a registry that answers 304, or whose pages are the
 * same as then, gives `before` itself back: who holds the list sees by identity that nothing changed. Throws failures.
 */
export async function listTags(
  registry: Registry,
  ref: RegistryRef,
  before: TagList | undefined,
  signal: AbortSignal,
): Promise<TagList> {
  const seen = new Set<string>();
  const tags = new Set<string>();
  let etag: string | undefined;
  let next: string | undefined = `tags/list?n=${pageSize}`;
  while (next !== undefined) {
    if (seen.has(next) || seen.size >= maxPages) {
      raise('transient', 'BadAnswer', `${shown(ref)}: the registry's pages of tags lead in a circle`);
    }
    // Only a list of one page can be known unchanged by its first.
    const condition = seen.size === 0 && before?.etag !== undefined ? { 'if-none-match': before.etag } : {};
    seen.add(next);
    const answer = await registry.get(ref, next, { headers: { accept: 'application/json', ...condition }, signal });
    const text = new TextDecoder().decode(await answer.bytes(maxPage));
    if (answer.status === 304 && before !== undefined) return before;
    if (answer.status !== 200) raiseStatus(ref, answer.status, text, undefined);
    for (const tag of readPage(text) ?? raiseNotRegistry(ref, answer.headers['content-type'])) tags.add(tag);
    next = nextPage(answer.url, answer.headers['link']);
    etag = seen.size === 1 && next === undefined ? answer.headers['etag'] : undefined;
  }
  const sorted = [...tags].sort();
  const revision = sha256(canonicalJson(sorted)).slice(0, 16);
  return revision === before?.revision && etag === before.etag ? before : { tags: sorted, revision, etag };
}

/** `tags` is null in an empty repository. Undefined when this is no list of tags. */
function readPage(text: string): readonly string[] | undefined {
  try {
    const page = JSON.parse(text) as { tags?: unknown } | null;
    if (page === null || typeof page !== 'object' || !('tags' in page)) return undefined;
    const tags = page.tags ?? [];
    return Array.isArray(tags) ? tags.filter((tag): tag is string => typeof tag === 'string') : undefined;
  } catch {
    return undefined;
  }
}

/** The target of `Link: <…>; rel="next"`, as path and query where it is of the same host. */
function nextPage(from: string, link: string | undefined): string | undefined {
  const target = link?.match(/<([^>]*)>\s*;[^,]*\brel="?next"?/i)?.[1];
  if (target === undefined) return undefined;
  const [url, origin] = [new URL(target, from), new URL(from).origin];
  // Some registries behind a proxy give http:// for themselves: the path is what counts.
  return url.host === new URL(origin).host ? `${url.pathname}${url.search}` : url.href;
}
