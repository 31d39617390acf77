import { chmodSync, cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../../scripts/bundle.ts';
import { ensureDebianRoot } from '../cluster/debian.ts';
import { ensureHelm4 } from '../cluster/tools.ts';
import { pushRootfs, put } from './images.ts';

const root = join(import.meta.dirname, '..', '..');

/** What the program of npm's `node` package is linked with. */
const libraries = ['libstdc++6', 'busybox-static'];

/** The image of controller and runner, laid out as the Dockerfile does on a base of Debian's packages. */
export async function pushAlustan(reference: string): Promise<void> {
  const base = await ensureDebianRoot('node-base', libraries);
  const helm = await ensureHelm4();
  const options = { entrypoint: ['/usr/local/bin/alustan'], user: '65532:65532', env: { HOME: '/tmp' } };
  await pushRootfs(reference, options, async (rootfs) => {
    cpSync(base, rootfs, { recursive: true, verbatimSymlinks: true });
    put(join(root, 'node_modules', 'node', 'bin', 'node'), join(rootfs, 'usr/local/bin/node'));
    put(helm, join(rootfs, 'usr/local/bin/helm'));
    await bundle(join(rootfs, 'alustan'));
    const main = join(rootfs, 'alustan/main.js');
    writeFileSync(main, readFileSync(main, 'utf8').replace(/^#!.*/, '#!/usr/local/bin/node'));
    writeFileSync(join(rootfs, 'alustan/package.json'), '{ "type": "module" }\n');
    chmodSync(main, 0o755);
    symlinkSync('/alustan/main.js', join(rootfs, 'usr/local/bin/alustan'));
  });
}
