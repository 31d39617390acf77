import type { ServiceObject } from '../../api/service.ts';
import { type ImageReference, parseImage, sameRepository, splitReference } from '../../core/image-reference.ts';
import { replaceImage } from '../../core/image-values.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { isNewer, newest, type Policy, parseConstraint, satisfies } from '../../core/version-policy.ts';
import { inSource } from '../source-field.ts';
import { type Draft, desire, end, endWith, inField, report, wait, waitingSince } from './draft.ts';
import type { ServiceFacts } from './facts.ts';

type Registry = NonNullable<ServiceObject['spec']['containerRegistry']>;

/** E22: host of the registry where the image names none. */
const hosts: Readonly<Record<string, string>> = { docker: 'docker.io', ghcr: 'ghcr.io' };
const field = 'spec.containerRegistry';
const fields = { whole: field, address: `${field}.imageName`, secretRef: `${field}.secretRef` };

type Watched = Readonly<{ registry: Registry; image: ImageReference; policy: Policy; current: string | undefined }>;

/** What `containerRegistry` asks for, checked; undefined without one. */
export function watchedImage(object: ServiceObject): Result<Watched> | undefined {
  const registry = object.spec.containerRegistry;
  if (registry === undefined) return undefined;
  const host = hosts[registry.provider];
  if (host === undefined) return unknownProvider(registry.provider);
  const image = parseImage(registry.imageName, host);
  if (!image.ok) return { ok: false, failure: inField(image.failure, `${field}.imageName`) };
  const policy = parseConstraint(registry.semanticVersion);
  if (!policy.ok) return { ok: false, failure: inField(policy.failure, `${field}.semanticVersion`) };
  const current = rememberedTag(object, image.value, host);
  return ok({ registry, image: image.value, policy: policy.value, current });
}

function unknownProvider(provider: string): Result<never> {
  const known = Object.keys(hosts).join(' or ');
  const message = `${field}.provider: unknown container registry provider: ${provider}; write ${known}`;
  return fail('invalid', 'UnknownProvider', message);
}

/** The tag that was chosen last: the one under delivery, else the one in use. It survives restarts in status (E24). */
function rememberedTag(object: ServiceObject, image: ImageReference, host: string): string | undefined {
  const last = object.status.job?.image ?? object.status.image;
  const parsed = last === undefined ? undefined : parseImage(last, host);
  return parsed?.ok === true && sameRepository(parsed.value, image) ? parsed.value.tag : undefined;
}

/** Tags that the registry must be asked for before this plan: none while the choice stays as it was. */
export function tagsToProbe(object: ServiceObject, tags: ServiceFacts['tags']): readonly string[] {
  const watched = watchedImage(object);
  if (watched?.ok !== true || tags?.ok !== true) return [];
  const { policy, current } = watched.value;
  const candidate = newest(policy, tags.value);
  if (candidate === undefined || candidate === current) return [];
  // A downgrade is allowed only if the current tag is gone, and a list may lack it for another reason (E24).
  const isLost = current !== undefined && !tags.value.includes(current) && satisfies(policy, current);
  return isLost && !isNewer(candidate, current) ? [current, candidate] : [candidate];
}

/** E11, E23, E24: chooses the tag and writes it into the values. */
export function chooseImage(draft: Draft): Draft {
  const watched = watchedImage(draft.object);
  if (watched === undefined) return draft;
  if (!watched.ok) return endWith(draft, watched.failure, field);
  return selectTag(draft, watched.value);
}

function selectTag(draft: Draft, watched: Watched): Draft {
  const { tags } = draft.facts;
  const { policy, current, registry } = watched;
  const kept = current !== undefined && satisfies(policy, current) ? current : undefined;
  if (tags === undefined) {
    if (kept !== undefined) return writeTag(draft, watched, kept);
    return wait(draft, 'working', 'RegistryPending', `waiting for the tags of ${registry.imageName}`);
  }
  if (!tags.ok) {
    const failure = inSource(tags.failure, fields);
    // A registry that is down stops no change of the values or the chart.
    return kept === undefined
      ? { ...draft, outcome: failure }
      : writeTag({ ...draft, concern: failure }, watched, kept);
  }
  const candidate = newest(policy, tags.value);
  if (candidate === undefined) return end(draft, 'invalid', 'NoValidVersion', noVersion(watched));
  if (kept !== undefined && !isNewer(candidate, kept) && isKept(draft, kept, tags.value)) {
    return writeTag(draft, watched, kept);
  }
  return gate(draft, watched, candidate);
}

/** E24: an older candidate wins only over a tag that the registry no longer has. */
function isKept(draft: Draft, kept: string, tags: readonly string[]): boolean {
  if (tags.includes(kept)) return true;
  const answer = draft.facts.pullable?.[kept];
  return answer === undefined || answer.ok || answer.failure.kind === 'transient';
}

/** The version in use stays until the new tag can be pulled. */
function gate(draft: Draft, watched: Watched, candidate: string): Draft {
  const { imageName } = watched.registry;
  const answer = draft.facts.pullable?.[candidate];
  if (answer?.ok === true) return writeTag(draft, watched, candidate);
  const why = answer === undefined ? '' : ` (${answer.failure.message})`;
  const what = `waiting for the image ${imageName}:${candidate} to be pullable${why}`;
  const { imagePollMs } = draft.facts.settings;
  const { current } = watched;
  if (current === undefined) return wait(draft, 'waiting', 'ImageNotPullable', what, imagePollMs);
  const since = waitingSince(draft, 'ImageNotPullable');
  const message = `${what}, since ${since}; ${imageName}:${current} stays`;
  const concern = { kind: 'waiting', reason: 'ImageNotPullable', message, retryAfterMs: imagePollMs } as const;
  const waiting = report(draft, { waiting: { reason: 'ImageNotPullable', since } });
  return writeTag({ ...waiting, concern }, watched, current);
}

/** E12, E13. */
function writeTag(draft: Draft, { registry, image }: Watched, tag: string): Draft {
  const { values, replaced } = replaceImage(draft.desired.values, image, tag);
  const chosen = desire(draft, { values, image: `${splitReference(registry.imageName).name}:${tag}` });
  if (replaced > 0) return chosen;
  const message =
    `spec.source.values: nothing names the image ${registry.imageName}, so its tag ${tag} has no effect; ` +
    `write it under the chart's key for the image, or remove ${field}`;
  return report(chosen, { warnings: [{ reason: 'ImageNotReferenced', message }] });
}

function noVersion({ registry, current }: Watched): string {
  const stays = current === undefined ? '' : `; ${registry.imageName}:${current} stays`;
  return (
    `${field}.semanticVersion: no valid versions found for constraint ${registry.semanticVersion} among the tags of ` +
    `${registry.imageName}${stays}; push such a tag, or widen the constraint`
  );
}
