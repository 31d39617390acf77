import { createHash } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { exec, say } from '../cluster/exec.ts';
import { withLock } from '../cluster/lock.ts';
import { storeDir } from '../cluster/paths.ts';
import { ensureTerraform, fromPath } from '../cluster/system.ts';
import { buildLayout, removeOldLayouts } from '../node/buildah.ts';

const example = join(import.meta.dirname, '..', '..', 'examples', 'infrastructure');
const debian = join(storeDir, 'debian-stable-slim.tar');
const name = 'localhost/infrastructure:e2e';

/**
 * The image that examples/infrastructure/Dockerfile makes, as a folder in OCI's layout. No base can be pulled here: both
 * are made under the very names that stand there, of Debian's stable and of the lane's Terraform. Kept in the cache until
 * the example or its Terraform change.
 */
export async function buildExample(): Promise<string> {
  const terraform = realpathSync(await ensureTerraform());
  const target = join(storeDir, `example-${hashOf(terraform)}`);
  if (existsSync(target)) return target;
  await withLock(join(storeDir, '.lock-example'), "the example's image", async () => {
    if (existsSync(target)) return;
    if (!existsSync(debian)) await bootstrapDebian();
    await build(terraform, target);
  });
  return target;
}

function hashOf(terraform: string): string {
  const { size, mtimeMs } = statSync(terraform);
  const hash = createHash('sha256').update(JSON.stringify([terraform, size, mtimeMs]));
  const files = globSync('**/*', { cwd: example }).filter((file) => statSync(join(example, file)).isFile());
  for (const file of files.sort()) hash.update(file).update(readFileSync(join(example, file)));
  return hash.digest('hex').slice(0, 12);
}

/** What debian:stable-slim is made of, as a tar: Debian's packages of priority `required`, and apt. */
async function bootstrapDebian(): Promise<void> {
  if (fromPath('debootstrap') === undefined) throw new Error('no debootstrap in PATH: apt-get install debootstrap');
  mkdirSync(storeDir, { recursive: true });
  const folder = mkdtempSync(join(storeDir, '.unpacking-'));
  say(`making a Debian to build on (once; kept in ${debian})`);
  try {
    const root = join(folder, 'root');
    await exec('debootstrap', ['--variant=minbase', 'stable', root], { label: 'making a Debian' });
    for (const extra of ['usr/share/doc', 'usr/share/locale', 'usr/share/man', 'var/cache/apt', 'var/lib/apt/lists'])
      for (const path of globSync(join(root, extra, '*'))) rmSync(path, { recursive: true, force: true });
    await exec('tar', ['--numeric-owner', '-cf', `${root}.tar`, '-C', root, '.']);
    renameSync(`${root}.tar`, debian);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

const script = `
commit() { # NAME FILE FOLDER
  container=$(buildah from scratch)
  buildah add -q "$container" "$2" "$3" >/dev/null
  buildah commit -q --rm "$container" "docker.io/$1" >/dev/null
}
commit "$1" "$2" /bin/terraform
case $3 in */*) commit "$3" "$4" / ;; *) commit "library/$3" "$4" / ;; esac
buildah build --pull-never --format oci --tag "$5" .
`;

async function build(terraform: string, target: string): Promise<void> {
  const [tool, base] = basesOf(readFileSync(join(example, 'Dockerfile'), 'utf8'));
  const args = [tool, terraform, base, debian, name];
  await buildLayout({ what: "the example's image", name, script, args, cwd: example }, target);
  removeOldLayouts('example');
}

/** That Terraform is taken from, and the one beneath all. */
function basesOf(dockerfile: string): [string, string] {
  const [tool, base, ...more] = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image = '']) => image);
  if (tool === undefined || base === undefined || more.length > 0)
    throw new Error("the example's Dockerfile has other bases than two");
  return [tool, base];
}
