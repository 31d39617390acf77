import { request } from 'undici';
import { formatImage, type ImageReference, parseImage } from '../../core/image-reference.ts';
import { mirrorsFor, type Redirect } from '../../core/redirect.ts';
import type { LocalReference } from '../registry/client/reference.ts';
import type { ImageState } from './simulate.ts';

/** Says whether an image can be had. Never rejects. */
export type ImagePresent = (image: string) => Promise<ImageState>;

const accept = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** Where an image is to be looked for: here, perhaps here (a mirror need not have it), or elsewhere. */
type Place = Readonly<{ image: ImageReference; at: 'here' | 'mirror' | 'elsewhere' }>;

/** @param registry base URL of the local registry, for example `http://127.0.0.1:7070`. */
function placeOf(registry: string, mirrors: readonly Redirect[], name: string): Place | undefined {
  const parsed = parseImage(name);
  if (!parsed.ok) return undefined;
  const image = parsed.value;
  const { host: home, port } = new URL(registry);
  const mirrored = mirrorsFor(image.host, mirrors).some((url) => new URL(url).host === home);
  // Behind an address of this machine there is no other registry to fall back to.
  const here = image.host === home || image.host === `localhost:${port}` || (mirrored && isLoopback(image.host));
  return { image, at: here ? 'here' : mirrored ? 'mirror' : 'elsewhere' };
}

/**
 * Looks images up in the local registry: those that name it, and those of a registry that is mirrored there, as far as
 * the mirror has their repository. All others count as present: the node pulls nothing.
 */
export function localImages(registry: string, mirrors: readonly Redirect[] = []): ImagePresent {
  return async (name) => {
    const place = placeOf(registry, mirrors, name);
    if (place === undefined) return { missing: invalidName(name) };
    const { image, at } = place;
    if (at === 'here' || (at === 'mirror' && (await hasRepository(registry, image)))) return lookUp(registry, image);
    return {};
  };
}

/** An image that the node shall run, in the local registry; or why it cannot be there, in the words of a failed pull. */
export function locateImage(
  registry: string,
  mirrors: readonly Redirect[],
  name: string,
): LocalReference | Readonly<{ missing: string }> {
  const place = placeOf(registry, mirrors, name);
  if (place === undefined) return { missing: invalidName(name) };
  const { image, at } = place;
  if (at !== 'elsewhere') return { repository: image.repository, reference: image.digest ?? image.tag ?? 'latest' };
  const remedy = `push it to ${new URL(registry).host}, or start with --registry-mirror ${image.host}=${registry}`;
  const why = `local mode runs images of its own registry only, and ${image.host} is another: ${remedy}`;
  return { missing: `failed to pull image "${name}": ${why}` };
}

function invalidName(name: string): string {
  return `Failed to apply default image tag "${name}": couldn't parse image name "${name}"`;
}

function isLoopback(host: string): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host);
}

async function lookUp(registry: string, image: ImageReference): Promise<ImageState> {
  const tagged = image.digest ?? image.tag ?? 'latest';
  const full = formatImage(image.tag || image.digest ? image : { ...image, tag: 'latest' });
  try {
    const url = `${registry}/v2/${image.repository}/manifests/${tagged}`;
    const answer = await request(url, { method: 'HEAD', headers: { accept } });
    await answer.body.dump();
    if (answer.statusCode === 404) return { missing: failure('NotFound', full, `${full}: not found`) };
    if (answer.statusCode >= 400)
      return {
        missing: failure('Unknown', full, `unexpected status from HEAD request to ${url}: ${answer.statusCode}`),
      };
    const digest = answer.headers['docker-content-digest'];
    return typeof digest === 'string' ? { digest } : {};
  } catch (error) {
    return { missing: failure('Unavailable', full, (error as Error).message) };
  }
}

/** containerd's words. */
function failure(code: string, image: string, why: string): string {
  return `rpc error: code = ${code} desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${why}`;
}

async function hasRepository(registry: string, image: ImageReference): Promise<boolean> {
  try {
    const answer = await request(`${registry}/v2/${image.repository}/tags/list?n=1`);
    await answer.body.dump();
    return answer.statusCode === 200;
  } catch {
    return false;
  }
}
