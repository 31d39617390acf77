import type { Failure } from '../../core/result.ts';
import { repository } from '../git/failures.ts';
import { shownUrl } from '../http/url.ts';
import type { FolderRef } from './source.ts';

/** Where a folder lies, for messages: `path "charts/shop" of https://… at 0123456789ab`. */
export function placeOf({ url, path }: FolderRef, revision: string): string {
  const folder = path === '' ? '' : `path "${path}" of `;
  return isDigest(revision)
    ? `${folder}${url}@${revision}`
    : `path "${path || '.'}" of ${url} at ${revision.slice(0, 12)}`;
}

/** For consumers to whom a path that is not there (`Folder.missing`) is a fault. */
export function pathNotFound({ url, path }: FolderRef, revision: string): Failure {
  const place = isDigest(revision)
    ? `artifact ${shownUrl(url)}@${revision}`
    : `${repository(url)} at ${revision.slice(0, 12)}`;
  return { kind: 'invalid', reason: 'PathNotFound', message: `${place} has no path "${path}"; check the path` };
}

function isDigest(revision: string): boolean {
  return revision.startsWith('sha256:');
}
