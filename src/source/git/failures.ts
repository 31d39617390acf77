import { raise } from '../http/failure.ts';
import { shownUrl } from '../http/url.ts';
import { shownRef } from './reference.ts';

/** What a repository is called in messages. */
export function repository(url: string): string {
  return `git repository ${shownUrl(url)}`;
}

/** Throws what an HTTP status of a git server means; `text` is the start of the answer's body. */
export function raiseStatus(url: string, status: number, text: string, retryAfter: string | undefined): never {
  const name = repository(url);
  const answered = `${name} answered ${status}`;
  if (status === 401 || status === 403) {
    const remedy = 'give credentials that may read it (a Secret with username and password, or token)';
    raise('invalid', 'Unauthorized', `${answered}: not allowed; ${remedy}`);
  }
  if (status === 404 || status === 410) {
    const remedy = 'check the URL; servers also answer so when the repository is private and no credentials are given';
    raise('invalid', 'RepositoryNotFound', `${answered}: not found; ${remedy}`);
  }
  if (status === 429) raise('transient', 'RateLimited', `${answered}: too many requests`, seconds(retryAfter));
  if (status >= 500)
    raise('transient', 'ServerError', `${answered}; the server has a fault${quoted(text)}`, seconds(retryAfter));
  raise('invalid', 'NotGit', `${answered}, which is not what a git server says; check the URL`);
}

export function raiseNotGit(url: string, contentType: string | undefined): never {
  const what = /html/i.test(contentType ?? '') ? 'a web page (HTML)' : `"${contentType ?? 'no content type'}"`;
  const remedy = 'give the URL by which git clones it, often with .git at its end';
  raise('invalid', 'NotGit', `${shownUrl(url)} is not a git repository: the server answered with ${what}; ${remedy}`);
}

export function raiseUnknownRef(url: string, ref: string | undefined, known: readonly string[]): never {
  const some = known.slice(0, 5).join(', ');
  const hint = known.length === 0 ? 'the repository has no branch yet' : `it has for example ${some}`;
  const remedy = 'give a branch, a tag or a full commit id of 40 hex digits';
  raise('invalid', 'RefNotFound', `${repository(url)} has no ref ${shownRef(ref)}; ${hint}; ${remedy}`);
}

function quoted(text: string): string {
  const line = text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 120);
  return line === '' ? '' : `: ${line}`;
}

function seconds(retryAfter: string | undefined): number | undefined {
  const value = Number(retryAfter);
  return retryAfter !== undefined && Number.isFinite(value) && value >= 0 ? value * 1000 : undefined;
}
