import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emptyState, type State } from './state.ts';

/** Keeps the state: in a file of the data folder, or nowhere but in memory. */
export interface Store {
  load(): State;
  save(state: State): void;
}

/** One file, replaced as a whole: killed at any moment, it is the one before or the one after. */
export function fileStore(dataDir: string): Store {
  const folder = join(dataDir, 'github');
  const file = join(folder, 'state.json');
  return {
    load: () => {
      try {
        return JSON.parse(readFileSync(file, 'utf8')) as State;
      } catch (error) {
        if ((error as { code?: string }).code === 'ENOENT') return emptyState();
        throw new Error(
          `${file} cannot be read (${(error as Error).message}): mend it, or remove it with all pull requests`,
        );
      }
    },
    save: (state) => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(`${file}.new`, JSON.stringify(state));
      renameSync(`${file}.new`, file);
    },
  };
}

export function memoryStore(): Store {
  return { load: emptyState, save: () => undefined };
}
