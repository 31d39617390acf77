import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exec } from '../cluster/exec.ts';
import { withLock } from '../cluster/lock.ts';
import { storeDir } from '../cluster/paths.ts';
import { ensureHelm4, ensureTool } from '../cluster/tools.ts';
import { buildLayout, removeOldLayouts } from './buildah.ts';

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

async function build(helm: string, target: string): Promise<void> {
  const script = 'scripts/image/build-without-internet.sh "$1" "$2"';
  const what = 'the image from the Dockerfile';
  await buildLayout({ what, name, script, args: [name, helm], cwd: root }, target);
  removeOldLayouts('image');
}
