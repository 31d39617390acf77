/** Letters, digits, `_`, `.`, `-`; starts with a letter, a digit or `_`, so neither `..` nor an option nor a hidden file. */
const SEGMENT = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/;
const MAX_SEGMENTS = 8;

/**
 * The name of a repository (`shop`, `team/shop`) from its path in a URL (`team/shop.git`), or undefined when the path
 * is no legal name. A name never leaves the data folder, and a folder in it never ends in `.git`: a repository cannot lie in another.
 */
export function parseRepositoryName(path: string): string | undefined {
  const name = decode(path)?.replace(/\.git$/i, '');
  const segments = name?.split('/') ?? [];
  if (name === undefined || segments.length > MAX_SEGMENTS) return undefined;
  const legal = segments.every((segment) => SEGMENT.test(segment) && !/\.(git|lock)$/i.test(segment));
  return legal ? name : undefined;
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
