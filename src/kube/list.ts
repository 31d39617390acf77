import type { KubeObject } from '../core/resource.ts';
import { KubeError, type List, type Page, type ResourceType } from './client.ts';

/** One request of a list: `limit` objects (all when undefined), from where the token `next` says. */
export type Lister = Readonly<{
  type: ResourceType;
  fetch(limit: number | undefined, next: string | undefined): Promise<string>;
}>;

type Answer = { items?: KubeObject[] | null; metadata?: { resourceVersion?: string; continue?: string } };

/** Objects a page, and bytes that a page should have: parsing a larger one would hold the loop for too long. */
const pageLimit = 500;
const pageBytes = 2 ** 20;

/** Pages of one consistent list. */
export async function* listPages(lister: Lister): AsyncGenerator<Page> {
  let limit = pageLimit;
  let next: string | undefined;
  do {
    const text = await lister.fetch(limit, next);
    const answer = parse(text, lister.type);
    yield page(answer, lister.type);
    next = answer.metadata?.continue || undefined;
    const bytesEach = text.length / Math.max(1, answer.items?.length ?? 0);
    limit = Math.max(10, Math.min(pageLimit, Math.floor(pageBytes / bytesEach)));
  } while (next !== undefined);
}

/** All pages as one; begun again when the list expires midway, at last in one piece as no page can expire then. */
export async function wholeList(lister: Lister): Promise<List> {
  try {
    return await gather(lister);
  } catch (error) {
    if (!(error instanceof KubeError) || error.status !== 410) throw error;
    return page(parse(await lister.fetch(undefined, undefined), lister.type), lister.type);
  }
}

async function gather(lister: Lister): Promise<List> {
  const items: KubeObject[] = [];
  let resourceVersion = '';
  for await (const part of listPages(lister)) {
    for (const item of part.items) items.push(item);
    resourceVersion = part.resourceVersion;
  }
  return { items, resourceVersion };
}

function parse(text: string, type: ResourceType): Answer {
  try {
    return JSON.parse(text) as Answer;
  } catch {
    throw new KubeError(0, 'BadAnswer', `list of ${type.plural}: the answer is not JSON: ${text.slice(0, 80)}`);
  }
}

/** Items of built-in kinds come without apiVersion and kind: the list says them once. */
function page(answer: Answer, { apiVersion, kind }: ResourceType): Page {
  const items = answer.items ?? [];
  return {
    items: items.map((item) => (item.kind ? item : { ...item, apiVersion, kind })),
    resourceVersion: answer.metadata?.resourceVersion ?? '',
  };
}
