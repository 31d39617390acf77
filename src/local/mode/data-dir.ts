import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const lockFile = 'local.lock';
const ownerFile = 'local.pid';
/** What a reset leaves: the lock, and the node's folder, by which it finds and ends processes of a run that was killed. */
const kept = [lockFile, ownerFile, 'pods'];

/**
 * Takes the data folder for this process, so that two of them never write one store. The lock is the system's own, held
 * through SQLite: it ends with the process, however that ends.
 *
 * @returns how to give it back. Rejects, naming the process, when another one has it.
 */
export async function claimDataDir(dataDir: string, reset = false): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  if (reset) await refuseForeign(dataDir);
  const lock = new DatabaseSync(join(dataDir, lockFile), { timeout: 0 });
  const owner = join(dataDir, ownerFile);
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch {
    lock.close();
    const pid = (await readFile(owner, 'utf8').catch(() => '')).trim();
    const who = pid === '' ? 'another process' : `process ${pid}`;
    throw new Error(`${dataDir} is in use by ${who}: stop that one, or choose another folder with --data-dir`);
  }
  await writeFile(owner, `${process.pid}\n`);
  if (reset) await empty(dataDir);
  return async () => {
    await rm(owner, { force: true });
    lock.close();
  };
}

/** `--reset --data-dir ~` must not empty a home. */
async function refuseForeign(dataDir: string): Promise<void> {
  const names = await readdir(dataDir);
  if (names.length === 0 || names.includes(lockFile) || names.includes('endpoints.json')) return;
  throw new Error(
    `--reset would delete all in ${dataDir}, which is no data folder of alustan: name another --data-dir`,
  );
}

async function empty(dataDir: string): Promise<void> {
  const names = (await readdir(dataDir)).filter((name) => !kept.includes(name));
  await Promise.all(names.map((name) => rm(join(dataDir, name), { recursive: true, force: true })));
}
