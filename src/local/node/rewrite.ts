/** Paths inside the container and where they lie on the host. */
export type PathMap = readonly (readonly [inside: string, host: string])[];

/**
 * Puts host paths in the place of container paths, at the start of a text or behind the `=` of an option. Whole path
 * elements only; the longest mount wins.
 */
export function rewrite(text: string, map: PathMap): string {
  const option = /^-{1,2}[\w-]+=/.exec(text)?.[0] ?? '';
  const path = text.slice(option.length);
  const hits = map.filter(([inside]) => path === inside || path.startsWith(inside === '/' ? '/' : `${inside}/`));
  const best = hits.sort(([a], [b]) => b.length - a.length)[0];
  return best === undefined ? text : `${option}${best[1]}${path.slice(best[0].length)}`;
}
