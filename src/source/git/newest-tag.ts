import { newest, parseConstraint } from '../../core/version-policy.ts';
import { FailureError, raise } from '../http/failure.ts';
import { repository } from './failures.ts';
import type { GitRef } from './reference.ts';
import type { Refs, Tip } from './refs.ts';

const tags = 'refs/tags/';

/** The tag with the highest version that satisfies a constraint, as with images (E23). Throws failures. */
export async function newestTag({ url }: GitRef, semver: string, list: () => Promise<Refs>): Promise<Tip> {
  const policy = parseConstraint(semver);
  if (!policy.ok) throw new FailureError(policy.failure);
  const refs = await list();
  const names = [...refs.keys()].filter((name) => name.startsWith(tags)).map((name) => name.slice(tags.length));
  const name = newest(policy.value, names);
  const commit = refs.get(`${tags}${name}`);
  if (name !== undefined && commit !== undefined) return { name: `${tags}${name}`, commit };
  const some = names.length === 0 ? 'it has no tags' : `it has for example ${names.slice(-5).join(', ')}`;
  const remedy = 'push a tag such as v1.2.3, or widen the constraint';
  return raise(
    'invalid',
    'NoValidVersion',
    `${repository(url)} has no tag that satisfies "${semver}"; ${some}; ${remedy}`,
  );
}
