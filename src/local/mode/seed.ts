import { access, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { KubeClient } from '../../kube/client.ts';
import { seedRepository } from '../git/seed.ts';
import { shellConfig } from '../registry/image/config.ts';
import { pushImage } from '../registry/image/push-image.ts';
import { applyManifests, readManifests } from './manifests.ts';

export type SeedOptions = Readonly<{
  /** Folder `examples` of the package. */
  examples: string;
  /** Name of the example, or `none`. */
  example: string;
  dataDir: string;
  /** Of the HTTP listener. */
  url: string;
  client: KubeClient;
  /** For the program git: where it is found. */
  env: NodeJS.ProcessEnv;
  progress: (step: string) => void;
}>;

/** An example's `example.yaml`. */
type Example = {
  images?: ExampleImage[];
  /** Repositories of the local GitHub, as `owner/name`. */
  repositories?: readonly string[];
};

type ExampleImage = Readonly<{
  reference: string;
  /** One over the other. */
  folders: readonly string[];
  /** Where their files lie, and what is run there; a shell's words. */
  workdir?: string;
  cmd?: string;
}>;

/**
 * Puts an example into the git server, the registry and the cluster, on the first start only: afterwards all of it
 * belongs to the user. An interrupted seeding is done again, and changes nothing that is already there.
 *
 * @returns true when something was seeded.
 */
export async function seedExample(options: SeedOptions): Promise<boolean> {
  const { examples, example, dataDir, url, client, env } = options;
  const done = join(dataDir, 'seeded');
  if (example === 'none' || (await exists(done))) return false;
  options.progress(`seeding the example ${example}`);
  const folder = join(examples, example);
  const message = `The ${example} example`;
  await seedRepository({ dataDir, name: example, folder: join(folder, 'repository'), message, env });
  await pushExampleImages(folder, url);
  await makeForgeRepositories(folder, url);
  await applyManifests(client, await readManifests(join(folder, 'cluster')));
  await writeFile(done, `${example}\n`);
  return true;
}

/** They are there, without a pull request: previews of them are looked for from the beginning. */
async function makeForgeRepositories(folder: string, url: string): Promise<void> {
  const { repositories = [] } = await readExample(folder);
  for (const repository of repositories) {
    const body = JSON.stringify({ do: 'grant', login: 'alustan', permission: 'admin' });
    const answer = await fetch(`${url}/github/_local/${repository}`, { method: 'POST', body });
    if (!answer.ok) throw new Error(`the local GitHub makes no repository ${repository}: ${await answer.text()}`);
  }
}

async function readExample(folder: string): Promise<Example> {
  return parse(await readFile(join(folder, 'example.yaml'), 'utf8')) as Example;
}

/** Puts the images of an example into a registry, without its seeding: tests do that elsewhere, too. */
export async function pushExampleImages(folder: string, registryUrl: string): Promise<void> {
  const { images = [] } = await readExample(folder);
  for (const { reference, folders, workdir, cmd } of images) {
    const source = await mkdtemp(join(tmpdir(), 'alustan-example-'));
    try {
      for (const part of folders) await cp(join(folder, part), source, { recursive: true });
      const place = workdir === undefined ? {} : { into: workdir };
      await pushImage({ registryUrl, reference, source, config: shellConfig(workdir, cmd), ...place });
    } finally {
      await rm(source, { recursive: true, force: true });
    }
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
