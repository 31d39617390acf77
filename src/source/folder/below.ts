import { posix } from 'node:path';

export type PlainFile = Readonly<{ path: string; bytes: Uint8Array }>;

/** The files at a path, with paths from there, as git gives them: of a single file its name. */
export function filesBelow(
  files: readonly PlainFile[],
  path: string,
): Readonly<{ files: readonly PlainFile[]; missing: boolean }> {
  const folder = posix.normalize(`/${path}`).replace(/^\/|\/$/g, '');
  if (folder === '') return { files, missing: false };
  const found = files.flatMap((file) => {
    if (file.path === folder) return [{ ...file, path: posix.basename(folder) }];
    return file.path.startsWith(`${folder}/`) ? [{ ...file, path: file.path.slice(folder.length + 1) }] : [];
  });
  return { files: found, missing: found.length === 0 };
}
