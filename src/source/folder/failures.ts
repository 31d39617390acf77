import type { Failure } from '../../core/result.ts';
import { repository } from '../git/failures.ts';
import { shownUrl } from '../http/url.ts';
import type { Folder, FolderRef } from './source.ts';

/** Where a folder lies, for messages: `path "charts/shop" of https://… at 0123456789ab`. */
export function placeOf({ url, path }: FolderRef, revision: string): string {
  const folder = path === '' ? '' : `path "${path}" of `;
  return isDigest(revision)
    ? `${folder}${url}@${revision}`
    : `path "${path || '.'}" of ${url} at ${revision.slice(0, 12)}`;
}

/** Paths that are there instead, in a message. */
const told = 5;

/** For consumers to whom a path that is not there (`Folder.missing`) is a fault. */
export function pathNotFound(
  { url, path }: FolderRef,
  { revision, beside = [] }: Pick<Folder, 'revision' | 'beside'>,
): Failure {
  const place = isDigest(revision)
    ? `artifact ${shownUrl(url)}@${revision}`
    : `${repository(url)} at ${revision.slice(0, 12)}`;
  const hint = beside.length === 0 ? '' : `; it has for example ${beside.slice(0, told).join(', ')}`;
  return { kind: 'invalid', reason: 'PathNotFound', message: `${place} has no path "${path}"${hint}; check the path` };
}

function isDigest(revision: string): boolean {
  return revision.startsWith('sha256:');
}
