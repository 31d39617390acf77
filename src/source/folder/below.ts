import { posix } from 'node:path';

export type PlainFile = Readonly<{ path: string; bytes: Uint8Array }>;

/** The files at a path, with paths from there, as git gives them: of a single file its name. */
export function filesBelow(
  files: readonly PlainFile[],
  path: string,
): Readonly<{ files: readonly PlainFile[]; missing: boolean; beside?: readonly string[] }> {
  const folder = posix.normalize(`/${path}`).replace(/^\/|\/$/g, '');
  if (folder === '') return { files, missing: false };
  const found = files.flatMap((file) => {
    if (file.path === folder) return [{ ...file, path: posix.basename(folder) }];
    return file.path.startsWith(`${folder}/`) ? [{ ...file, path: file.path.slice(folder.length + 1) }] : [];
  });
  return found.length > 0
    ? { files: found, missing: false }
    : { files: [], missing: true, beside: beside(files, folder) };
}

/** What lies in the deepest folder of a path that has files below it. */
function beside(files: readonly PlainFile[], path: string): string[] {
  const parent = posix.dirname(path);
  const prefix = parent === '.' ? '' : `${parent}/`;
  const below = files.filter((file) => file.path.startsWith(prefix));
  if (below.length === 0 && prefix !== '') return beside(files, parent);
  return [...new Set(below.map((file) => prefix + file.path.slice(prefix.length).split('/')[0]))];
}
