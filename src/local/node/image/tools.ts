import { constants } from 'node:fs';
import { access, mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isUsable } from './usable.ts';

/** Where a container runtime looks for programs when the image does not say. */
const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Folders of an image's PATH as they lie on the host, in its order. */
export function imagePath(root: string, path = defaultPath): string[] {
  return path
    .split(':')
    .filter((folder) => folder.startsWith('/'))
    .map((folder) => join(root, folder));
}

/**
 * Makes a folder with a link to each program of the image's PATH that runs on this machine as it is. It comes first in
 * PATH: the image's own terraform is used, and the host's `ls` where the image's needs the image's C library.
 */
export async function linkTools(folders: readonly string[], to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const folder of folders) {
    for (const name of await readdir(folder).catch(() => [])) {
      const program = join(folder, name);
      if (!(await isExecutable(program)) || !(await isUsable(program))) continue;
      // The first folder of PATH that has a name wins.
      await symlink(program, join(to, name)).catch(() => undefined);
    }
  }
}

async function isExecutable(file: string): Promise<boolean> {
  return await access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
