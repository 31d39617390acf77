import { type ImageReference, parseImage, sameRepository, splitReference } from './image-reference.ts';

type Values = Readonly<Record<string, unknown>>;

/** Keys whose string value is an image: `image`, `repository`, and names that end so, such as `sidecarImage`. */
const stringKey = /^(?:image|repository)$|(?:[a-z0-9]Image|[-_]image)$/;
/** Keys whose list holds images as plain strings. */
const listKey = /^images$|[a-z0-9]Images$/;

/**
 * Writes `tag` into every reference to `image` in a chart's values, at any depth and in lists (E12, E13):
 *
 * - `image: host/path:1` (also `sidecarImage`, `images: [ … ]`) → the tag after the last `:` after the last `/`;
 * - `{repository: path:1}` → inside `repository`;
 * - `{repository: path, tag: 1}` → `tag`; where both carry one, `tag` is set and `repository` loses its own;
 * - `{repository: path}` without any tag → `tag` is added, as charts of the usual form expect;
 * - `{registry: host, repository: path}` → the host of the reference is `registry`.
 *
 * A digest, in the reference or as `digest` beside it, is dropped: it would win over the tag. References are left in
 * the spelling of the values. Other keys are not images and stay, even with equal text.
 */
export function replaceImage(
  values: Values,
  image: ImageReference,
  tag: string,
): Readonly<{ values: Values; replaced: number }> {
  let replaced = 0;
  const matches = (text: unknown, registry?: unknown): text is string => {
    if (typeof text !== 'string' || text === '') return false;
    const host = typeof registry === 'string' && registry !== '' ? registry.replace(/\/+$/, '') : undefined;
    const parsed = parseImage(host === undefined ? text : `${host}/${text}`);
    const found = parsed.ok && sameRepository(parsed.value, image);
    if (found) replaced++;
    return found;
  };
  const visit = (value: unknown, key: string): unknown => {
    if (Array.isArray(value))
      return keep(
        value,
        value.map((item) => visit(item, listKey.test(key) ? 'image' : '')),
      );
    if (value !== null && typeof value === 'object') return visitMap(value as Values, visit, matches, tag);
    return stringKey.test(key) && matches(value) ? retag(value, tag) : value;
  };
  return { values: visit(values, '') as Values, replaced };
}

type Matches = (text: unknown, registry?: unknown) => text is string;

function visitMap(map: Values, visit: (value: unknown, key: string) => unknown, matches: Matches, tag: string): Values {
  const registry = map['registry'];
  const isReference = matches(map['repository'], typeof registry === 'string' ? registry : undefined);
  const own: Values = isReference ? retagMap(map, 'repository', tag) : (retagUntaggedImage(map, matches, tag) ?? map);
  const done = new Set(isReference ? ['repository', 'tag', 'digest'] : own === map ? [] : ['image', 'tag', 'digest']);
  const entries = Object.entries(own).map(([key, value]) => {
    // A repository below another registry is another image, though its own text says nothing of it.
    const skip = done.has(key) || (key === 'repository' && typeof registry === 'string' && registry !== '');
    return [key, skip ? value : visit(value, key)] as const;
  });
  const unchanged = own === map && entries.every(([key, value]) => value === map[key]);
  return unchanged ? map : Object.fromEntries(entries);
}

/** `{image: path, tag: 1}`: the tag beside it belongs to the image only when the image carries none of its own. */
function retagUntaggedImage(map: Values, matches: Matches, tag: string): Values | undefined {
  const image = map['image'];
  if (!('tag' in map) || typeof image !== 'string' || splitReference(image).tag !== undefined) return undefined;
  return matches(image, map['registry']) ? retagMap(map, 'image', tag) : undefined;
}

function retagMap(map: Values, key: 'repository' | 'image', tag: string): Values {
  const written = splitReference(map[key] as string);
  const inside = written.tag !== undefined && !('tag' in map);
  const next: Record<string, unknown> = { ...map, [key]: inside ? `${written.name}:${tag}` : written.name };
  if (!inside) next['tag'] = tag;
  // Removing the key would bring the chart's own default back; an empty one overrides it.
  if (typeof next['digest'] === 'string') next['digest'] = '';
  return next;
}

function retag(text: string, tag: string): string {
  return `${splitReference(text).name}:${tag}`;
}

function keep(before: readonly unknown[], after: unknown[]): readonly unknown[] {
  return after.every((item, index) => item === before[index]) ? before : after;
}
