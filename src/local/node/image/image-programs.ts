import { execFile } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Redirect } from '../../../core/redirect.ts';
import type { Container } from '../../cluster/types.ts';
import { type CachedImage, ImageCache } from '../../registry/image/image-cache.ts';
import { expand } from '../environment.ts';
import { locateImage } from '../images.ts';
import type { PathMap } from '../rewrite.ts';
import { repositoryOf } from '../simulate.ts';
import { toHost } from './image-paths.ts';
import { refusal } from './refusal.ts';
import { imagePath, linkTools } from './tools.ts';

export type ImageProgramsOptions = Readonly<{
  /** Base URL of the local registry. */
  registry: string;
  mirrors: readonly Redirect[];
  /** Unpacked images are kept here. */
  folder: string;
}>;

/** One start of a container whose program comes from its image. */
export type ImageStart = Readonly<{
  container: Container;
  /** Folder for this container's copy of the image. */
  folder: string;
  mounts: PathMap;
  /** What the host gives every container, PATH among it. */
  base: Readonly<Record<string, string>>;
  /** The container's own environment, resolved. */
  own: Readonly<Record<string, string>>;
}>;

export type Prepared = Readonly<{
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  cwd: string;
  /** As the kubelet writes it: repository and digest. */
  imageID: string;
}>;

/** The kubelet's words for an image that cannot be had: the message of ErrImagePull. */
export class PullError extends Error {}
/** The runtime's words for a container that cannot be started, for example because there is nothing to run. */
export class StartError extends Error {}

/** Runs what is in images of the local registry as processes of the host. */
export class ImagePrograms {
  readonly #options: ImageProgramsOptions;
  readonly #cache: ImageCache;

  constructor(options: ImageProgramsOptions) {
    this.#options = options;
    this.#cache = new ImageCache({ registryUrl: options.registry, folder: options.folder });
  }

  /** Makes a copy of the image and says how it is started there. Rejects with `PullError` or `StartError`. */
  async prepare(start: ImageStart): Promise<Prepared> {
    const { container, folder, base } = start;
    const image = await this.#pull(container.image);
    const root = join(folder, 'root');
    await copy(image.root, root);
    const folders = imagePath(root, image.config.env?.['PATH']);
    const tools = join(folder, 'tools');
    await linkTools(folders, tools);
    const cwd = join(root, container.workingDir ?? image.config.workingDir ?? '/');
    await mkdir(cwd, { recursive: true });
    const env = await environment(start, image, root);
    const path = [tools, base['PATH'], ...folders].filter(Boolean).join(':');
    const full = { ...env, PATH: start.own['PATH'] ?? path };
    const command = await commandOf(start, image, root);
    const why = await refusal(command[0], full.PATH, cwd);
    if (why !== undefined) throw new StartError(why);
    return { command, env: full, cwd, imageID: `${repositoryOf(container.image)}@${image.digest}` };
  }

  async #pull(name: string): Promise<CachedImage> {
    const place = locateImage(this.#options.registry, this.#options.mirrors, name);
    if ('missing' in place) throw new PullError(place.missing);
    try {
      return await this.#cache.get(place);
    } catch (error) {
      throw new PullError(`failed to pull and unpack image "${name}": ${(error as Error).message}`);
    }
  }
}

/** The program writes into its copy, as into the upper layer of a container. */
async function copy(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true, mode: 0o700 });
  await promisify(execFile)('/bin/cp', ['-RpP', `${from}/.`, to]);
}

/**
 * Paths in what the manifest itself says (`SCRIPT: /app/deploy`) are paths of the container. What comes out of Secrets
 * and ConfigMaps is data: it is handed on as it is.
 */
async function environment({ container, mounts, base, own }: ImageStart, { config }: CachedImage, root: string) {
  const literal = new Set((container.env ?? []).filter(({ value }) => value !== undefined).map(({ name }) => name));
  const env: Record<string, string> = { ...config.env, ...base };
  for (const [name, value] of Object.entries(own)) {
    env[name] = literal.has(name) ? await toHost(value, root, mounts) : value;
  }
  return env;
}

/** The image's words stand as they are; in the pod's own, `$(NAME)` is a variable. */
async function commandOf({ container, mounts, own }: ImageStart, { config }: CachedImage, root: string) {
  const filled = (words: readonly string[] | undefined) => words?.map((word) => expand(word, own));
  const command = container.command?.length ? filled(container.command) : undefined;
  const args = filled(container.args) ?? (command === undefined ? config.cmd : undefined);
  const words = [...(command ?? config.entrypoint ?? []), ...(args ?? [])];
  return await Promise.all(words.map((word) => toHost(word, root, mounts)));
}
