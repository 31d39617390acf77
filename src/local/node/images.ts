import { request } from 'undici';
import { formatImage, type ImageReference, parseImage } from '../../core/image-reference.ts';
import { mirrorsFor, type Redirect } from '../../core/redirect.ts';
import type { ImageState } from './simulate.ts';

/** Says whether an image can be had. Never rejects. */
export type ImagePresent = (image: string) => Promise<ImageState>;

const accept = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/**
 * Looks images up in the local registry: those that name it, and those of a registry that is mirrored there, as far as
 * the mirror has their repository. All others count as present: the node pulls nothing.
 *
 * @param registry base URL of the local registry, for example `http://127.0.0.1:7070`.
 */
export function localImages(registry: string, mirrors: readonly Redirect[] = []): ImagePresent {
  const home = new URL(registry).host.toLowerCase();
  const port = new URL(registry).port;
  return async (name) => {
    const parsed = parseImage(name);
    if (!parsed.ok)
      return { missing: `Failed to apply default image tag "${name}": couldn't parse image name "${name}"` };
    const image = parsed.value;
    const mirrored = mirrorsFor(image.host, mirrors).some((url) => new URL(url).host === home);
    // Behind an address of this machine there is no other registry to fall back to.
    const here = image.host === home || image.host === `localhost:${port}` || (mirrored && isLoopback(image.host));
    if (here) return await lookUp(registry, image);
    if (!mirrored || !(await hasRepository(registry, image))) return {};
    return await lookUp(registry, image);
  };
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
