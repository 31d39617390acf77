import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/**
 * Path of a program that tests run, under one of its names: from `$ALUSTAN_TOOLS`, the cache that set-up fills
 * (`~/.cache/alustan/bin`), or `PATH`. Undefined when this machine does not have it.
 */
export function findTool(...names: string[]): string | undefined {
  const { ALUSTAN_TOOLS, XDG_CACHE_HOME, PATH } = process.env;
  const cache = join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'alustan', 'bin');
  const folders = [...split(ALUSTAN_TOOLS), cache, ...split(PATH)];
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(executable);
}

function split(path: string | undefined): string[] {
  return (path ?? '').split(delimiter).filter((folder) => folder !== '');
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
