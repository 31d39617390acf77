import { comparePrerelease, compareVersions, parsePrerelease, type Version } from './version.ts';

/** From which segment on a comparator is open: `1.x` from `minor`, `1.2` from `patch`, `*` from `major`. */
type Open = 'none' | 'major' | 'minor' | 'patch';
type Bound = Omit<Version, 'text'> & Readonly<{ open: Open }>;
type Test = (version: Version, bound: Bound) => boolean;
type Comparator = Readonly<{ test: Test; bound: Bound }>;
/** Comparators that must all hold. Prereleases count only where one comparator names a prerelease (E23). */
type Group = Readonly<{ comparators: readonly Comparator[]; prereleases: boolean }>;

/** What each operator means, as Masterminds/semver 3.5 has it; the golden cases were made by that library. */
const operators: Readonly<Record<string, Test>> = {
  '': equalOrWithin,
  '=': equalOrWithin,
  '!=': differs,
  '>': above,
  '<': (version, bound) => compareVersions(version, bound) < 0,
  '>=': atLeast,
  '=>': atLeast,
  '<=': atMost,
  '=<': atMost,
  '~': tilde,
  '~>': tilde,
  '^': caret,
};

const bound =
  'v?([0-9]+|[xX*])(?:\\.([0-9xX*]+))?(?:\\.([0-9xX*]+))?(?:-([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*))?(\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?';
const space = '[\\t\\n\\f\\r ]';
const comparatorPattern = new RegExp(`(!=|>=|=>|<=|=<|~>|[=><~^])?${space}*${bound}`, 'y');
const separatorPattern = new RegExp(`(?:${space}*,${space}*|${space}+)`, 'y');
const hyphenPattern = new RegExp(`${space}*(${bound})${space}+-${space}+(${bound})${space}*`, 'g');
/** Characters; and alternatives. More is an attack or a mistake. */
const limits = { length: 512, alternatives: 32 } as const;

export type Matcher = (version: Version) => boolean;

/** A function that tells whether a version satisfies the text, or a sentence that says why the text is no constraint. */
export function parseMatcher(text: string): Matcher | string {
  if (text.length > limits.length) return `it is longer than ${limits.length} characters`;
  // `1.2 - 2.0` is `>=1.2, <=2.0`; each bound has six groups of its own.
  const expanded = text.replace(hyphenPattern, (_all, from: string, ...rest: string[]) => `>= ${from}, <= ${rest[5]} `);
  const alternatives = expanded.split('||');
  if (alternatives.length > limits.alternatives) return `it has more than ${limits.alternatives} alternatives`;
  const groups: Group[] = [];
  for (const alternative of alternatives) {
    const group = parseGroup(alternative);
    if (typeof group === 'string') return group;
    groups.push(group);
  }
  return (version) => groups.some((group) => groupMatches(group, version));
}

function groupMatches(group: Group, version: Version): boolean {
  if (version.pre.length > 0 && !group.prereleases) return false;
  for (const { test, bound } of group.comparators) if (!test(version, bound)) return false;
  return true;
}

/** Comparators with commas or spaces between them. Read from left to right, so that no text takes long. */
function parseGroup(text: string): Group | string {
  const trimmed = text.replace(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, '');
  if (trimmed === '') return text.trim() === '' ? 'it is empty, or has an empty alternative' : `"${text}" is not one`;
  const comparators: Comparator[] = [];
  for (let at = 0; at < trimmed.length; ) {
    comparatorPattern.lastIndex = at;
    const match = comparatorPattern.exec(trimmed);
    const comparator = match === null ? undefined : parseComparator(match);
    if (comparator === undefined) return `"${trimmed.slice(at)}" does not start with a comparison such as >=1.2.0`;
    comparators.push(comparator);
    at = comparatorPattern.lastIndex;
    if (at === trimmed.length) break;
    separatorPattern.lastIndex = at;
    if (!separatorPattern.test(trimmed))
      return `"${trimmed.slice(at)}" must be parted from what precedes it by a comma or space`;
    at = separatorPattern.lastIndex;
    if (at === trimmed.length) return 'it ends with a comma';
  }
  return { comparators, prereleases: comparators.some(({ bound }) => bound.pre.length > 0) };
}

function parseComparator(match: RegExpExecArray): Comparator | undefined {
  const [, operator = '', ...segments] = match;
  const open = openFrom(segments);
  const given = { none: 3, major: 0, minor: 1, patch: 2 }[open];
  const numbers = segments.slice(0, given);
  if (!numbers.every((segment) => /^\d+$/.test(segment ?? '') && Number.isSafeInteger(Number(segment))))
    return undefined;
  const pre = parsePrerelease(segments[3]);
  const test = operators[operator];
  if (pre === undefined || test === undefined) return undefined;
  const [major = 0, minor = 0, patch = 0] = numbers.map(Number);
  return { test, bound: { major, minor, patch, pre, open } };
}

function openFrom(segments: readonly (string | undefined)[]): Open {
  const wild = (segment: string | undefined) => segment === undefined || /^[xX*]$/.test(segment);
  if (wild(segments[0])) return 'major';
  if (wild(segments[1])) return 'minor';
  return wild(segments[2]) ? 'patch' : 'none';
}

function atLeast(version: Version, bound: Bound): boolean {
  return compareVersions(version, bound) >= 0;
}

function equalOrWithin(version: Version, bound: Bound): boolean {
  return bound.open === 'none' ? compareVersions(version, bound) === 0 : tilde(version, bound);
}

/** `>1` begins at 2, `>1.2` at 1.3. */
function above(version: Version, bound: Bound): boolean {
  if (bound.open === 'minor') return version.major > bound.major;
  if (bound.open !== 'patch') return compareVersions(version, bound) > 0;
  return version.major > bound.major || (version.major === bound.major && version.minor > bound.minor);
}

/** `<=1` includes all of 1, `<=1.2` all of 1.2. */
function atMost(version: Version, bound: Bound): boolean {
  if (bound.open === 'none') return compareVersions(version, bound) <= 0;
  if (version.major !== bound.major) return version.major < bound.major;
  return bound.open === 'minor' || version.minor <= bound.minor;
}

function differs(version: Version, bound: Bound): boolean {
  if (bound.open === 'none') return compareVersions(version, bound) !== 0;
  if (version.major !== bound.major) return true;
  if (bound.open === 'minor') return false;
  if (version.minor !== bound.minor) return true;
  if (bound.open === 'patch') return comparePrerelease(version.pre, bound.pre) !== 0;
  return compareVersions(version, bound) !== 0;
}

/** `~1.2.3` stays within 1.2, `~1` within 1; `~0.0.0` and `*` take all that is not older. */
function tilde(version: Version, bound: Bound): boolean {
  if (!atLeast(version, bound)) return false;
  const zero = bound.major === 0 && bound.minor === 0 && bound.patch === 0;
  if (zero && (bound.open === 'none' || bound.open === 'major')) return true;
  return version.major === bound.major && (bound.open === 'minor' || version.minor === bound.minor);
}

/** `^1.2.3` stays within 1, `^0.2.3` within 0.2, `^0.0.3` is 0.0.3. */
function caret(version: Version, bound: Bound): boolean {
  if (!atLeast(version, bound) || version.major !== bound.major) return false;
  if (bound.major > 0 || bound.open === 'minor') return true;
  if (version.minor !== bound.minor) return false;
  return bound.minor > 0 || bound.open === 'patch' || version.patch === bound.patch;
}
