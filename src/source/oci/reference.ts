import { fail, ok, type Result } from '../../core/result.ts';
import { parseVersion } from '../../core/version.ts';
import { newest, type Policy, parseConstraint } from '../../core/version-policy.ts';

/** Which of a repository's contents: `semver` is the newest tag that satisfies a constraint. */
export type OciReference = Readonly<{ tag: string } | { digest: string } | { semver: string }>;

const digestPattern = /^sha256:[0-9a-f]{64}$/;
const tagPattern = /^\w[\w.-]{0,127}$/;

/** A tag or digest, as it is written. */
export function readReference(text: string): Result<OciReference> {
  if (digestPattern.test(text)) return ok({ digest: text });
  if (tagPattern.test(text)) return ok({ tag: text });
  return fail('invalid', 'InvalidReference', `"${text}" is neither a tag nor a digest (sha256: and 64 hex digits)`);
}

/**
 * What people write for the version of a chart: a version, a digest, a constraint, a tag of another form, or nothing
 * for the newest release. Read as `helm install --version` does, which takes `1.2` for any 1.2.x.
 */
export function readChartReference(text: string | undefined): Result<OciReference> {
  if (text === undefined || text === '') return ok({ semver: '*' });
  if (parseVersion(text) !== undefined) return ok({ tag: tagOf(text) });
  const constraint = parseConstraint(text);
  if (constraint.ok) return ok({ semver: text });
  const plain = readReference(text);
  if (plain.ok) return plain;
  return fail('invalid', 'InvalidReference', `${constraint.failure.message}; nor is it a tag or digest`);
}

/** Tags may not hold the `+` of a version: Helm writes `_` for it. */
function tagOf(version: string): string {
  return version.replaceAll('+', '_');
}

const mapped = new WeakMap<readonly string[], readonly string[]>();

/** The tag that satisfies a constraint; the one of the very same name first, as Helm does. */
export function chooseTag(policy: Policy, tags: readonly string[]): string | undefined {
  if (tags.includes(policy.text)) return policy.text;
  const versions = mapped.get(tags) ?? tags.map((tag) => tag.replaceAll('_', '+'));
  // Kept with its list, by which policies remember their answer.
  mapped.set(tags, versions);
  const version = newest(policy, versions);
  return version === undefined ? undefined : tagOf(version);
}
