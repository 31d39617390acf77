import { compareBuild, prerelease, valid } from 'semver';
import { RegistryClient } from './client.ts';

export type TagImage = Readonly<{
  registryUrl: string;
  repository: string;
  /** Tag or digest; without it, the highest tag that is a semantic version (releases before prereleases). */
  from?: string;
  to: string;
}>;

/** Gives an image one more tag, as `crane tag` does. */
export async function tagImage(options: TagImage): Promise<{ from: string; digest: string }> {
  const client = new RegistryClient(options.registryUrl);
  const { repository } = options;
  const from = options.from ?? highest(repository, await client.tags(repository));
  const manifest = await client.manifest(repository, from);
  await client.putManifest(repository, options.to, manifest);
  return { from, digest: manifest.digest };
}

function highest(repository: string, tags: readonly string[]): string {
  const versions = tags.filter((tag) => valid(tag) !== null).sort(compareBuild);
  const found = versions.findLast((tag) => prerelease(tag) === null) ?? versions.at(-1);
  if (found !== undefined) return found;
  throw new Error(`${repository} has no tag that is a semantic version: name the tag to start from`);
}
