import { ok, type Result } from '../../core/result.ts';
import type { Answer } from './call.ts';

type Page<T> = Readonly<{ etag: string | undefined; items: readonly T[]; more: boolean }>;
type Ask = (page: number, etag: string | undefined) => Promise<Result<Answer>>;

/** 10,000 of what comes by the hundred. */
const maxPages = 100;

/**
 * The pages of one listing, each asked for with the ETag that it had: where nothing changed, nothing is downloaded and no
 * quota spent. Every page is asked: what leaves the second one does not change the first.
 */
export class Pages<T> {
  #pages: readonly Page<T>[] = [];
  readonly #read: (data: unknown) => Result<readonly T[]>;

  /** @param read items of one page. */
  constructor(read: (data: unknown) => Result<readonly T[]>) {
    this.#read = read;
  }

  /** What is on the pages now. All or nothing: after a failure the pages are as they were. */
  async refresh(ask: Ask): Promise<Result<readonly T[]>> {
    const pages: Page<T>[] = [];
    for (let number = 1; number <= maxPages; number++) {
      const page = await this.#page(number, ask);
      if (!page.ok) return page;
      pages.push(page.value);
      if (!page.value.more) break;
    }
    this.#pages = pages;
    return ok(pages.flatMap(({ items }) => items));
  }

  async #page(number: number, ask: Ask): Promise<Result<Page<T>>> {
    const before = this.#pages[number - 1];
    const answer = await ask(number, before?.etag);
    if (!answer.ok) return answer;
    if (answer.value.unchanged) return ok(before ?? { etag: undefined, items: [], more: false });
    const { data, etag, link = '' } = answer.value;
    const items = this.#read(data);
    return items.ok ? ok({ etag, items: items.value, more: /rel="?next"?/.test(link) }) : items;
  }
}
