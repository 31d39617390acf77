import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { resolve } from 'node:path';

/** Why a container runtime would not start this program, in its words; undefined when it would. */
export async function refusal(program: string | undefined, path: string, cwd: string): Promise<string | undefined> {
  if (program === undefined) return 'no command specified: the image has neither ENTRYPOINT nor CMD';
  if (program.includes('/')) return await wrong(program, resolve(cwd, program));
  for (const folder of path.split(':')) {
    if ((await wrong(program, resolve(folder, program))) === undefined) return undefined;
  }
  return `exec: "${program}": executable file not found in $PATH`;
}

async function wrong(program: string, file: string): Promise<string | undefined> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) return `exec: "${program}": stat ${program}: no such file or directory`;
  const executable = await access(file, constants.X_OK).then(
    () => found.isFile(),
    () => false,
  );
  return executable ? undefined : `exec: "${program}": permission denied`;
}
