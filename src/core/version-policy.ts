import { fail, ok, type Result } from './result.ts';
import { compareVersions, parseVersion, type Version } from './version.ts';
import { type Matcher, parseMatcher } from './version-constraint.ts';

/** A constraint on versions, ready to be asked (E23). */
export type Policy = Readonly<{ text: string; matches: Matcher }>;

/**
 * Reads a constraint with the meaning that Masterminds/semver gives it (E23): comma or space is "and", `||` is "or",
 * `= != > < >= => <= =<`, `~`, `^`, `1.x`, `1.2 - 1.5`. Prereleases satisfy it only where it names one (`>=1.0.0-0`).
 */
export function parseConstraint(text: string): Result<Policy> {
  const matches = parseMatcher(text);
  if (typeof matches !== 'string') return ok({ text, matches });
  const message = `"${text}" is not a version constraint: ${matches}; write for example ">=0.2.0", "~1.4.0" or ">=1.2, <2"`;
  return fail('invalid', 'InvalidConstraint', message);
}

type Read = { versions: readonly Version[]; answers: Map<string, string | undefined> };

/** What is known of a list of tags, as long as someone holds the list: a thousand policies read it once. */
const read = new WeakMap<readonly string[], Read>();

/**
 * The tag of the newest version that satisfies the policy, as it is written in the registry, or undefined. Only strict
 * `x.y.z` with an optional `v` counts, so `latest` and `20240801` never win (E23). Of tags with one version (`v1.0.0`
 * and `1.0.0`) the last in the order of characters is taken, whatever the order of the list. The list must not be
 * changed afterwards.
 */
export function newest(policy: Policy, tags: readonly string[]): string | undefined {
  const { versions, answers } = remembered(tags);
  if (answers.has(policy.text)) return answers.get(policy.text);
  let best: Version | undefined;
  for (const version of versions) {
    if (best !== undefined && !follows(version, best)) continue;
    if (policy.matches(version)) best = version;
  }
  answers.set(policy.text, best?.text);
  return best?.text;
}

/** The tag of the newest version of all, prereleases included. */
export function newestTag(tags: readonly string[]): string | undefined {
  return newest({ text: 'any', matches: () => true }, tags);
}

/** Whether a tag satisfies the policy; false for tags that are no version. */
export function satisfies(policy: Policy, tag: string): boolean {
  const version = parseVersion(tag);
  return version !== undefined && policy.matches(version);
}

/** Whether `candidate` has a higher version than `current` (E24). A `current` that is no version is older than any. */
export function isNewer(candidate: string, current: string): boolean {
  const [a, b] = [parseVersion(candidate), parseVersion(current)];
  return a !== undefined && (b === undefined || compareVersions(a, b) > 0);
}

function remembered(tags: readonly string[]): Read {
  const known = read.get(tags);
  if (known !== undefined) return known;
  const versions: Version[] = [];
  for (const tag of tags) {
    const version = parseVersion(tag);
    if (version !== undefined) versions.push(version);
  }
  const fresh: Read = { versions, answers: new Map() };
  read.set(tags, fresh);
  return fresh;
}

function follows(version: Version, best: Version): boolean {
  const order = compareVersions(version, best);
  return order > 0 || (order === 0 && version.text > best.text);
}
