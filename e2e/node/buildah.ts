import { globSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exec, say } from '../cluster/exec.ts';
import { storeDir } from '../cluster/paths.ts';

/** An image that buildah makes. */
export type Build = Readonly<{
  /** For people. */
  what: string;
  /** Name of the image that the script leaves in buildah's storage. */
  name: string;
  /** Of a shell; TMPDIR is a folder of its own. */
  script: string;
  args: readonly string[];
  cwd: string;
}>;

/** Puts the image into `target`, as a folder in OCI's layout: in namespaces and a store of its own, so that nothing else is left. */
export async function buildLayout({ what, name, script, args, cwd }: Build, target: string): Promise<void> {
  const started = Date.now();
  mkdirSync(storeDir, { recursive: true });
  const folder = mkdtempSync(join(storeDir, '.building-image-'));
  const storage = join(folder, 'storage.conf');
  const roots = { graphroot: join(folder, 'graph'), runroot: join(folder, 'run') };
  const lines = Object.entries(roots).map(([key, path]) => `${key} = "${path}"\n`);
  writeFileSync(storage, `[storage]\ndriver = "overlay"\n${lines.join('')}`);
  const layout = join(folder, 'layout');
  const inside = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--'];
  const all = `${script}\nbuildah push --quiet '${name}' 'oci:${layout}:e2e'`;
  say(`building ${what} (kept in ${target})`);
  try {
    await exec('unshare', [...inside, '/bin/sh', '-ec', all, 'sh', ...args], {
      cwd,
      env: { CONTAINERS_STORAGE_CONF: storage, BUILDAH_ISOLATION: 'chroot', TMPDIR: folder },
      label: `building ${what}`,
    });
    renameSync(layout, target);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }
  say(`built ${what} in ${Math.round((Date.now() - started) / 1000)} s`);
}

/** Those `<kind>-…` of the cache that nobody has made today; newer ones of other checkouts may be in use. */
export function removeOldLayouts(kind: string): void {
  const dayAgo = Date.now() - 24 * 3_600_000;
  for (const layout of globSync(join(storeDir, `${kind}-*`))) {
    if (statSync(layout).mtimeMs < dayAgo) rmSync(layout, { recursive: true, force: true });
  }
}
