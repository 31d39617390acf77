/** A semantic version, strict `x.y.z`, with the text from which it was read. */
export type Version = Readonly<{
  major: number;
  minor: number;
  patch: number;
  /** Identifiers of the prerelease; empty for a release. Numeric ones as numbers. */
  pre: readonly (string | number)[];
  text: string;
}>;

const strict =
  /^v?(0|[1-9]\d{0,15})\.(0|[1-9]\d{0,15})\.(0|[1-9]\d{0,15})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;
const release: readonly (string | number)[] = [];
const leadingZero = /^0\d+$/;

/** Reads `x.y.z[-pre][+build]` with an optional `v` before it; anything else is no version (E23). */
export function parseVersion(text: string): Version | undefined {
  // Most tags that are no version are told by their first character or two; the pattern is dearer.
  const first = text.charCodeAt(text.charCodeAt(0) === 118 ? 1 : 0);
  if (!(first >= 48 && first <= 57) || text.length > 256) return undefined;
  const match = strict.exec(text);
  if (match === null) return undefined;
  const [major, minor, patch] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (!(Number.isSafeInteger(major) && Number.isSafeInteger(minor) && Number.isSafeInteger(patch))) return undefined;
  const pre = parsePrerelease(match[4]);
  return pre === undefined ? undefined : { major, minor, patch, pre, text };
}

/** Undefined when an identifier is a number with a leading zero, which semver forbids. */
export function parsePrerelease(text: string | undefined): readonly (string | number)[] | undefined {
  if (text === undefined || text === '') return release;
  const parts = text.split('.');
  if (parts.some((part) => leadingZero.test(part))) return undefined;
  return parts.map((part) => (/^\d{1,15}$/.test(part) ? Number(part) : part));
}

type Precedence = Readonly<Omit<Version, 'text'>>;

/** Precedence of semver 2.0.0 (clause 11): below zero when `a` is older. Build metadata does not count. */
export function compareVersions(a: Precedence, b: Precedence): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch || comparePrerelease(a.pre, b.pre);
}

export function comparePrerelease(a: Version['pre'], b: Version['pre']): number {
  if (a.length === 0 || b.length === 0) return Math.sign(b.length - a.length);
  for (let i = 0; i < a.length && i < b.length; i++) {
    const [x, y] = [a[i] as string | number, b[i] as string | number];
    if (x === y) continue;
    if (typeof x !== typeof y) return typeof x === 'number' ? -1 : 1;
    return x < y ? -1 : 1;
  }
  return a.length - b.length;
}
