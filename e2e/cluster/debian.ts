import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exec, say } from './exec.ts';
import { withLock } from './lock.ts';
import { storeDir } from './paths.ts';

/** What programs look for that no package brings. */
const etc = {
  passwd: 'root:x:0:0:root:/root:/bin/sh\n',
  group: 'root:x:0:\n',
  hosts: '127.0.0.1 localhost\n::1 localhost\n',
  'resolv.conf': '',
  'machine-id': `${'e2'.repeat(16)}\n`,
};

/**
 * A root file system of Debian's packages and all that they depend on, unpacked into the cache: nothing is installed, so
 * no service starts, and what the machine has or lacks makes no difference. No script of a package runs.
 */
export async function ensureDebianRoot(name: string, packages: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(packages.join()).digest('hex').slice(0, 12);
  const target = join(storeDir, `${name}-${hash}`);
  if (!existsSync(target)) {
    await withLock(join(storeDir, `.lock-${name}`), name, async () => {
      if (!existsSync(target)) await make(target, packages);
    });
  }
  return target;
}

async function make(target: string, packages: readonly string[]): Promise<void> {
  mkdirSync(storeDir, { recursive: true });
  const folder = mkdtempSync(join(storeDir, '.unpacking-'));
  say(`fetching ${packages.join(', ')} from Debian (once; kept in ${target})`);
  try {
    await download(folder, packages).catch(async () => {
      // A fresh machine has no lists of packages yet.
      await exec('apt-get', ['update', '-qq']);
      await download(folder, packages);
    });
    await unpack(globSync(join(folder, 'archives', '*.deb')), join(folder, 'root'));
    renameSync(join(folder, 'root'), target);
  } catch (error) {
    throw new Error(`Debian's packages cannot be had (needs apt-get, its mirror, and root for its lists): ${error}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Against an empty list of installed packages, so that every dependency comes too. */
async function download(folder: string, packages: readonly string[]): Promise<void> {
  const archives = join(folder, 'archives');
  mkdirSync(join(archives, 'partial'), { recursive: true });
  writeFileSync(join(folder, 'status'), '');
  const options = [
    `Dir::State::status=${join(folder, 'status')}`,
    `Dir::Cache::archives=${archives}`,
    'Dir::Cache::pkgcache=',
    'Dir::Cache::srcpkgcache=',
    'Debug::NoLocking=1',
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option]);
  const wanted = ['--download-only', '--no-install-recommends', 'install', ...packages];
  await exec('apt-get', [...options, '-y', '-qq', ...wanted], { label: "fetching Debian's packages" });
}

async function unpack(archives: readonly string[], root: string): Promise<void> {
  for (const folder of ['bin', 'sbin', 'lib', 'lib64']) {
    mkdirSync(join(root, 'usr', folder), { recursive: true });
    symlinkSync(join('usr', folder), join(root, folder));
  }
  const script = 'dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" --keep-directory-symlink';
  for (const archive of archives) await exec('/bin/sh', ['-c', script, 'sh', archive, root]);
  // What the packages' own scripts would have linked.
  const links = Object.entries({
    'bin/sh': 'busybox',
    ...Object.fromEntries(
      ['iptables', 'iptables-save', 'iptables-restore'].flatMap((name) =>
        [name, name.replace('ip', 'ip6')].map((it) => [`sbin/${it}`, 'xtables-nft-multi']),
      ),
    ),
  });
  for (const [from, to] of links) if (!existsSync(join(root, 'usr', from))) symlinkSync(to, join(root, 'usr', from));
  // Where init.sh mounts what the node writes and sees.
  for (const [file, content] of Object.entries(etc)) writeFileSync(join(root, 'etc', file), content);
  for (const folder of ['dev', 'proc', 'run', 'sys', 'tmp', 'node', 'kubernetes'])
    mkdirSync(join(root, folder), { recursive: true });
}
