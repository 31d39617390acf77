import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { exec, say } from './exec.ts';
import { requireGo } from './go.ts';
import { withLock } from './lock.ts';
import { binDir, modulesDir, storeDir } from './paths.ts';
import { type Binary, type BinaryName, binaries, controlPlane, nodeBinaries } from './pins.ts';

/** Absolute paths of the binaries asked for. */
export type Built = Readonly<Record<BinaryName, string>>;

/**
 * Builds what is missing in the cache, in the order given (they share Go's build cache, the API server pays for most).
 * Throws with the remedy when Go is missing.
 */
export async function ensureBinaries(names: readonly BinaryName[] = controlPlane): Promise<Built> {
  const missing = names.filter((name) => !existsSync(storePath(binaries[name])));
  if (missing.length > 0) {
    await withLock(join(storeDir, '.lock'), 'build', async () => {
      await requireGo();
      for (const name of missing) await build(binaries[name]);
    });
  }
  for (const name of names) link(name);
  return Object.fromEntries(names.map((name) => [name, storePath(binaries[name])])) as Built;
}

/** A folder named by everything that decides what the binary is. */
function storePath(binary: Binary): string {
  const hash = createHash('sha256').update(binary.ldflags);
  for (const file of ['go.mod', 'go.sum', 'main.go'].map((name) => join(modulesDir, binary.module, name))) {
    if (existsSync(file)) hash.update(readFileSync(file));
  }
  return join(storeDir, `${binary.module}-${hash.digest('hex').slice(0, 12)}`, binary.name);
}

async function build(binary: Binary): Promise<void> {
  const path = storePath(binary);
  // Whoever held the lock before us may have built it.
  if (existsSync(path)) return;
  const started = Date.now();
  const temporary = join(storeDir, `.building-${binary.name}`);
  mkdirSync(join(path, '..'), { recursive: true });
  say(`building ${binary.name} (once; kept in ${storeDir})`);
  try {
    await exec(
      'go',
      ['build', '-trimpath', '-buildvcs=false', '-ldflags', binary.ldflags, '-o', temporary, binary.package],
      {
        cwd: join(modulesDir, binary.module),
        env: { CGO_ENABLED: '0', GOTOOLCHAIN: 'local' },
        label: `building ${binary.name}`,
      },
    );
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
  say(`built ${binary.name} in ${Math.round((Date.now() - started) / 1000)} s`);
}

/** `bin/NAME` for work by hand; programs use the path of the store. */
function link(name: BinaryName): void {
  const temporary = join(binDir, `.${name}-${process.pid}`);
  mkdirSync(binDir, { recursive: true });
  rmSync(temporary, { force: true });
  symlinkSync(storePath(binaries[name]), temporary);
  renameSync(temporary, join(binDir, name));
}

if (import.meta.main) {
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !(name in binaries));
  if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(', ')}; known: ${Object.keys(binaries).join(', ')}`);
  const built = await ensureBinaries(asked.length > 0 ? (asked as BinaryName[]) : [...controlPlane, ...nodeBinaries]);
  for (const path of Object.values(built)) console.log(path);
}
