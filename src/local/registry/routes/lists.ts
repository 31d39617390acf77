import { MEDIA_TYPES } from '../document.ts';
import { RegistryError } from '../errors.ts';
import { requireDigest } from '../names.ts';
import { listRepositories, repositoryKnown } from '../store/catalog.ts';
import type { Call } from './call.ts';

/** A page is never longer, as with the public registries: clients have to follow the `Link`. */
const MAX_PAGE = 1_000;

export async function listTags(call: Call): Promise<Response> {
  const { repository, store } = call;
  if (!(await repositoryKnown(store.layout, repository))) {
    throw new RegistryError('NAME_UNKNOWN', `no repository ${repository}: push to it first`);
  }
  const page = paginate(call.url, await store.manifests.tags(repository));
  return Response.json({ name: repository, tags: page.items }, { headers: page.headers });
}

export async function listCatalog(call: Call): Promise<Response> {
  const page = paginate(call.url, await listRepositories(call.store.layout));
  return Response.json({ repositories: page.items }, { headers: page.headers });
}

export async function listReferrers(call: Call): Promise<Response> {
  const subject = requireDigest(call.target);
  const all = await call.store.referrers.list(call.repository, subject);
  const type = call.url.searchParams.get('artifactType');
  const manifests = type === null ? all : all.filter((item) => item.artifactType === type);
  const headers = {
    'content-type': MEDIA_TYPES.ociIndex,
    ...(type === null ? {} : { 'oci-filters-applied': 'artifactType' }),
  };
  return new Response(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests }), { headers });
}

/** `n` items after `last` (which need not exist), and the `Link` to the next page when there is one. */
function paginate(url: URL, sorted: readonly string[]): { items: string[]; headers: Record<string, string> } {
  const asked = url.searchParams.get('n');
  if (asked !== null && !/^\d+$/.test(asked)) {
    throw new RegistryError(
      'PAGINATION_NUMBER_INVALID',
      `n must be a whole number from 0 up, not ${JSON.stringify(asked)}`,
    );
  }
  const size = Math.min(asked === null ? MAX_PAGE : Number(asked), MAX_PAGE);
  const after = url.searchParams.get('last');
  const rest = after === null ? sorted : sorted.filter((item) => item > after);
  const items = rest.slice(0, size);
  const last = items.at(-1);
  if (last === undefined || rest.length <= size) return { items, headers: {} };
  const query = new URLSearchParams({ n: String(size), last });
  return { items, headers: { link: `<${url.pathname}?${query}>; rel="next"` } };
}
