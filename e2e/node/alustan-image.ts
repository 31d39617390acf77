import { createHash } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { exec, say } from '../cluster/exec.ts';
import { withLock } from '../cluster/lock.ts';
import { storeDir } from '../cluster/paths.ts';
import { ensureHelm4, ensureTool } from '../cluster/tools.ts';

const root = join(import.meta.dirname, '..', '..');
/** What decides how the image comes out, beside Debian's packages. */
const inputs = ['Dockerfile', '.dockerignore', 'package-lock.json', 'scripts/{bundle.ts,bundle/**,image/**}', 'src/**'];
const name = 'localhost/alustan:e2e';

/** Pushes the image of controller and runner, built from the Dockerfile. Kept in the cache until its inputs change. */
export async function pushAlustan(reference: string): Promise<void> {
  const layout = await buildAlustan();
  await exec(await ensureTool('crane'), ['push', layout, reference]);
}

/** The image as a folder in OCI's layout. */
export async function buildAlustan(): Promise<string> {
  const helm = await ensureHelm4();
  const target = join(storeDir, `image-${hashOf(helm)}`);
  if (existsSync(target)) return target;
  await withLock(join(storeDir, '.lock-image'), 'the image', async () => {
    if (!existsSync(target)) await build(helm, target);
  });
  return target;
}

function hashOf(helm: string): string {
  const hash = createHash('sha256').update(helm);
  for (const file of globSync(inputs, { cwd: root }).sort()) {
    // Tests are no part of it: .dockerignore.
    if (/\.test\.ts$|\/(testdata|cases)(\/|$)/.test(file) || !/\.\w+$|file$/.test(file)) continue;
    hash.update(file).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex').slice(0, 12);
}

/** Those of other checkouts may be in use. */
function removeOldImages(): void {
  const dayAgo = Date.now() - 24 * 3_600_000;
  for (const image of globSync(join(storeDir, 'image-*'))) {
    if (statSync(image).mtimeMs < dayAgo) rmSync(image, { recursive: true, force: true });
  }
}

/** In namespaces and a store of its own, so that nothing of buildah's is left but the image. */
async function build(helm: string, target: string): Promise<void> {
  const started = Date.now();
  mkdirSync(storeDir, { recursive: true });
  const folder = mkdtempSync(join(storeDir, '.building-image-'));
  const storage = join(folder, 'storage.conf');
  const roots = { graphroot: join(folder, 'graph'), runroot: join(folder, 'run') };
  const lines = Object.entries(roots).map(([key, path]) => `${key} = "${path}"\n`);
  writeFileSync(storage, `[storage]\ndriver = "overlay"\n${lines.join('')}`);
  const layout = join(folder, 'layout');
  const script = 'scripts/image/build-without-internet.sh "$1" "$2" && buildah push --quiet "$1" "oci:$3:e2e"';
  say(`building the image from the Dockerfile (kept in ${target})`);
  try {
    const inside = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--'];
    await exec('unshare', [...inside, '/bin/sh', '-ec', script, 'sh', name, helm, layout], {
      cwd: root,
      env: { CONTAINERS_STORAGE_CONF: storage, BUILDAH_ISOLATION: 'chroot', TMPDIR: folder },
      label: 'building the image',
    });
    removeOldImages();
    renameSync(layout, target);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }
  say(`built the image in ${Math.round((Date.now() - started) / 1000)} s`);
}
