import { type ImageReference, parseImage, sameRepository } from '../core/image-reference.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { isNewer, newest, newestTag, type Policy, parseConstraint, satisfies } from '../core/version-policy.ts';
import { type BaseDraft, end, endWith, inField, report, wait, waitingSince } from './draft.ts';
import { firstFew } from './first-few.ts';
import { inSource } from './source-field.ts';

/** The image that an object follows: `spec.containerRegistry`. */
export type Registry = Readonly<{ provider: string; imageName: string; semanticVersion: string }>;

/** What the registry has said of the image; absent while it has not been asked. */
export type ImageFacts = Readonly<{
  /** Tags of `containerRegistry.imageName`; absent without one, and while the first listing is under way. */
  tags?: Result<readonly string[]>;
  /** Answers of the registry for the tags that `tagsToProbe` named: a digest when the image can be pulled. */
  pullable?: Readonly<Record<string, Result<Readonly<{ digest: string }>>>>;
}>;

/** A draft of a kind that follows an image. */
type Draft = BaseDraft & Readonly<{ facts: ImageFacts & Readonly<{ settings: Readonly<{ imagePollMs: number }> }> }>;

/** E22: host of the registry where the image names none. */
const hosts: Readonly<Record<string, string>> = { docker: 'docker.io', ghcr: 'ghcr.io' };
const field = 'spec.containerRegistry';
const fields = { whole: field, address: `${field}.imageName`, secretRef: `${field}.secretRef` };

export type Watched = Readonly<{
  registry: Registry;
  image: ImageReference;
  policy: Policy;
  current: string | undefined;
}>;

/**
 * What `containerRegistry` asks for, checked.
 *
 * @param last image that was chosen last: the one under delivery, else the one in use. It survives restarts in status (E24).
 */
export function watchedImage(registry: Registry, last: string | undefined): Result<Watched> {
  const host = hosts[registry.provider];
  if (host === undefined) return unknownProvider(registry.provider);
  const image = parseImage(registry.imageName, host);
  if (!image.ok) return { ok: false, failure: inField(image.failure, `${field}.imageName`) };
  const policy = parseConstraint(registry.semanticVersion);
  if (!policy.ok) return { ok: false, failure: inField(policy.failure, `${field}.semanticVersion`) };
  const current = rememberedTag(last, image.value, host);
  return ok({ registry, image: image.value, policy: policy.value, current });
}

function unknownProvider(provider: string): Result<never> {
  const known = Object.keys(hosts).join(' or ');
  const message = `${field}.provider: unknown container registry provider: ${provider}; write ${known}`;
  return fail('invalid', 'UnknownProvider', message);
}

function rememberedTag(last: string | undefined, image: ImageReference, host: string): string | undefined {
  const parsed = last === undefined ? undefined : parseImage(last, host);
  return parsed?.ok === true && sameRepository(parsed.value, image) ? parsed.value.tag : undefined;
}

/**
 * Tags that the registry must be asked for before this plan: none while the choice stays as it was, unless its digest
 * must be known all the same.
 */
export function tagsToProbe({ policy, current }: Watched, tags: ImageFacts['tags'], pinned = false): readonly string[] {
  if (tags?.ok !== true) return [];
  const candidate = newest(policy, tags.value);
  if (candidate === undefined) return [];
  if (candidate === current) return pinned ? [candidate] : [];
  // A downgrade is allowed only if the current tag is gone, and a list may lack it for another reason (E24).
  const isLost = current !== undefined && !tags.value.includes(current) && satisfies(policy, current);
  return isLost && !isNewer(candidate, current) ? [current, candidate] : [candidate];
}

/** Takes over the tag that was chosen, for example writes it into values. */
type Take<D> = (draft: D, watched: Watched, tag: string) => D;

/** E11, E23, E24: chooses the tag, or ends with what keeps it from being chosen. */
export function chooseTag<D extends Draft>(draft: D, registry: Registry, last: string | undefined, take: Take<D>): D {
  const watched = watchedImage(registry, last);
  return watched.ok ? selectTag(draft, watched.value, take) : endWith(draft, watched.failure, field);
}

function selectTag<D extends Draft>(draft: D, watched: Watched, take: Take<D>): D {
  const { tags } = draft.facts;
  const { policy, current, registry } = watched;
  const kept = current !== undefined && satisfies(policy, current) ? current : undefined;
  if (tags === undefined) {
    if (kept !== undefined) return take(draft, watched, kept);
    return wait(draft, 'working', 'RegistryPending', `waiting for the tags of ${registry.imageName}`);
  }
  if (!tags.ok) {
    const failure = inSource(tags.failure, fields);
    // A registry that is down stops no change of the values or the chart.
    return kept === undefined ? { ...draft, outcome: failure } : take({ ...draft, concern: failure }, watched, kept);
  }
  const candidate = newest(policy, tags.value);
  if (candidate === undefined) return end(draft, 'invalid', 'NoValidVersion', noVersion(watched, tags.value));
  if (kept !== undefined && !isNewer(candidate, kept) && isKept(draft, kept, tags.value)) {
    return take(draft, watched, kept);
  }
  return gate(draft, watched, candidate, take);
}

/** E24: an older candidate wins only over a tag that the registry no longer has. */
function isKept(draft: Draft, kept: string, tags: readonly string[]): boolean {
  if (tags.includes(kept)) return true;
  const answer = draft.facts.pullable?.[kept];
  return answer === undefined || answer.ok || answer.failure.kind === 'transient';
}

/**
 * The version in use stays until the new tag can be pulled: until then it is the one that is wanted, and holds nobody up
 * who depends on it (E8).
 */
function gate<D extends Draft>(draft: D, watched: Watched, candidate: string, take: Take<D>): D {
  const { imageName } = watched.registry;
  const answer = draft.facts.pullable?.[candidate];
  if (answer?.ok === true) return take(draft, watched, candidate);
  const why = answer === undefined ? '' : ` (${answer.failure.message})`;
  const what = `waiting for the image ${imageName}:${candidate} to be pullable${why}`;
  const { imagePollMs } = draft.facts.settings;
  const { current } = watched;
  if (current === undefined) return wait(draft, 'waiting', 'ImageNotPullable', what, imagePollMs);
  const since = waitingSince(draft, 'ImageNotPullable');
  const message = `${what}, since ${since}; ${imageName}:${current} stays`;
  const concern = { kind: 'completed', reason: 'ImageNotPullable', message, retryAfterMs: imagePollMs } as const;
  const waiting = report(draft, { waiting: { reason: 'ImageNotPullable', since } });
  return take({ ...waiting, concern }, watched, current);
}

function noVersion({ registry, current }: Watched, tags: readonly string[]): string {
  const stays = current === undefined ? '' : `; ${registry.imageName}:${current} stays`;
  return (
    `${field}.semanticVersion: no valid versions found for constraint ${registry.semanticVersion} among the tags of ` +
    `${registry.imageName} (${tellTags(tags)})${stays}; push such a tag, or widen the constraint`
  );
}

/** What there is instead: most who read this have tags of another form, or only prereleases. */
function tellTags(tags: readonly string[]): string {
  const version = newestTag(tags);
  if (version === undefined) {
    return tags.length === 0 ? 'there are none' : `none is a version such as 1.2.3: ${firstFew(tags, 3)}`;
  }
  const hint = version.includes('-')
    ? ', a prerelease: only a constraint that names one takes it, such as >=1.0.0-0'
    : '';
  return `the newest is ${version}${hint}`;
}
