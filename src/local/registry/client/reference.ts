import { parseImage } from '../../../core/image-reference.ts';

export type LocalReference = Readonly<{
  repository: string;
  /** Tag or digest. */
  reference: string;
}>;

/**
 * Reads `shop/api:0.4.0`; without a tag it is `latest`. The registry's own address may stand before it, as users copy it
 * from the table of addresses; another host is refused.
 */
export function parseReference(registryUrl: string, text: string): LocalReference {
  const { host, port } = new URL(registryUrl);
  const parsed = parseImage(text, host);
  if (!parsed.ok) throw new Error(parsed.failure.message);
  const image = parsed.value;
  if (image.host !== host && image.host !== `localhost:${port}`) {
    throw new Error(`${text} is an image of ${image.host}: only the registry at ${host} can be used here`);
  }
  return { repository: image.repository, reference: image.digest ?? image.tag ?? 'latest' };
}
