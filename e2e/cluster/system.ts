import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { ensureBinaries } from './build.ts';
import { exec, say } from './exec.ts';
import { withLock } from './lock.ts';
import { storeDir } from './paths.ts';

/** The machine's own program of this name, if PATH has one. */
export function fromPath(name: string): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/** kubectl: the machine's own, since stock clients are what the lane is about; else one built from the pinned module. */
export async function ensureKubectl(): Promise<string> {
  return fromPath('kubectl') ?? (await ensureBinaries(['kubectl'])).kubectl;
}

/** Terraform: the machine's own, or its OpenTofu, else an OpenTofu built from the pinned module. */
export async function ensureTerraform(): Promise<string> {
  return fromPath('terraform') ?? fromPath('tofu') ?? (await ensureBinaries(['tofu'])).tofu;
}

/**
 * Debian's docker-registry: the machine's own, or the package unpacked into the cache, so that neither root is needed
 * nor a service started.
 */
export async function ensureDockerRegistry(): Promise<string> {
  const program = join(storeDir, 'docker-registry', 'usr', 'bin', 'docker-registry');
  const own = fromPath('docker-registry');
  if (own) return own;
  if (!existsSync(program)) {
    await withLock(join(storeDir, '.lock-docker-registry'), 'docker-registry', async () => {
      if (!existsSync(program)) await unpack('docker-registry', join(storeDir, 'docker-registry'));
    });
  }
  return program;
}

async function unpack(debianPackage: string, target: string): Promise<void> {
  mkdirSync(dirname(target), { recursive: true });
  const folder = mkdtempSync(join(storeDir, '.unpacking-'));
  say(`fetching Debian's ${debianPackage} (once; kept in ${target})`);
  try {
    await exec('apt-get', ['download', debianPackage], { cwd: folder });
    const [file] = readdirSync(folder);
    if (!file) throw new Error('apt-get gave no file');
    await exec('dpkg-deb', ['-x', join(folder, file), join(folder, 'root')]);
    renameSync(join(folder, 'root'), target);
  } catch (error) {
    const remedy = `install it ("apt-get update && apt-get install ${debianPackage}") and run again`;
    throw new Error(`no ${debianPackage} in PATH, and Debian's package cannot be had; ${remedy}:\n${error}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
