import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { ownMap } from './bundle/own-map.ts';

const root = join(import.meta.dirname, '..');

/** Files of the bundle that are started or loaded by name (src/core/program.ts); all others are chunks of them. */
const entryPoints = {
  main: 'src/main.ts',
  'git-worker': 'src/source/git/worker.ts',
  'api-server-worker': 'src/local/api-server/worker.ts',
};

/** What is read at run time beside the code that reads it: path in the sources → path in the bundle. */
const dataFiles = {
  'src/local/api-server/schema/data': 'data',
  'src/local/api-server/protobuf/descriptors.json.br': 'descriptors.json.br',
};

/**
 * Bundles the program with all that it imports into one flat folder that needs nothing but Node. Chunks are kept apart,
 * so that a runner Job reads the few that it needs.
 */
export async function bundle(outdir: string): Promise<void> {
  await rm(outdir, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    ...{ entryPoints, outdir, bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node22.19' },
    // Names are kept: they are what logs, and stacks without their source map, are read by.
    ...{ minifySyntax: true, minifyWhitespace: true, legalComments: 'linked' },
    ...{ sourcemap: 'linked', sourcesContent: false },
    // CommonJS packages ask for Node's own modules by `require`, which a module does not have.
    banner: { js: "import{createRequire as r0}from'node:module';const require=r0(import.meta.url);" },
    logLevel: 'warning',
  });
  await writeFile(join(outdir, 'package.json'), '{ "type": "module" }\n');
  for (const name of await readdir(outdir)) if (name.endsWith('.map')) await reduceMap(join(outdir, name));
  for (const [from, to] of Object.entries(dataFiles)) {
    await cp(join(root, from), join(outdir, to), { recursive: true });
  }
}

async function reduceMap(path: string): Promise<void> {
  await writeFile(path, JSON.stringify(ownMap(JSON.parse(await readFile(path, 'utf8')))));
}

if (import.meta.main) await bundle(join(root, 'dist'));
