import { splitReference } from '../../core/image-reference.ts';
import type { PullRequest } from '../../core/pull-request.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { watchedImage } from '../image.ts';
import type { Preview, Stage } from './draft.ts';
import { previewAnnotations } from './identity.ts';
import type { PreviewNames } from './names.ts';
import { fillText, unknownVariables, variablesOf } from './values.ts';

const field = 'spec.previewEnvironment.image';
const noTag = 'NoTag';
const standard = ['sha-${preview.sha7}', '${preview.branch}-${preview.sha7}', 'pr-${preview.number}'];

/** What a preview is delivered with. Without a tag the chart's values stay, or the tag of the Service is followed. */
export type ImageChoice = Readonly<{
  from?: 'pull-request' | 'service';
  /** As it stands after the `:`, with a digest where the tag alone would not tell two images apart. */
  tag?: string;
  /** What it waits for, beside what is delivered. */
  waiting?: string;
  /** What nothing may be delivered before. */
  held?: string;
}>;

/** Settings that cannot work, in words. */
export function imageProblem({ service, env }: Stage): string | undefined {
  const patterns = env.image?.patterns ?? standard;
  const unknown = patterns.flatMap((pattern) => unknownVariables(pattern, sample));
  const [first] = unknown;
  if (first !== undefined) {
    return `${field}.patterns: there is no \${preview.${first}}; known are ${Object.keys(sample).join(', ')}`;
  }
  if (env.image?.required !== true || service.spec.containerRegistry !== undefined) return undefined;
  return `${field}.required: there is no image to wait for without spec.containerRegistry; add it, or remove the field`;
}

const sample = { number: '', branch: '', slug: '', sha: '', sha7: '' };

/** Tags that the registry must be asked for: those of pull requests that are not in use yet. */
export function tagsToProbe(stage: Stage, previews: readonly Preview[]): string[] {
  const { tags } = stage.facts;
  if (tags?.ok !== true) return [];
  const found = previews.flatMap((preview) => {
    const { pullRequest, names } = preview;
    const candidate = pullRequest === undefined ? undefined : candidateOf(stage, pullRequest, names, tags.value);
    return candidate === undefined || (candidate.exact && candidate.tag === tagInUse(stage, preview))
      ? []
      : candidate.tag;
  });
  return [...new Set(found)];
}

/** E15: the tag that carries the pull request, once it can be pulled; until then what is there, or the Service's own. */
export function chooseImage(stage: Stage, preview: Preview, pullRequest: PullRequest): ImageChoice {
  const registry = stage.service.spec.containerRegistry;
  if (registry === undefined) return {};
  const kept = tagInUse(stage, preview);
  const found = findImage(stage, preview, pullRequest, kept);
  if (found.ok) return { from: 'pull-request', tag: found.value };
  const waiting = `waiting for the image ${registry.imageName} of ${short(pullRequest)}: ${found.failure.message}`;
  // The old version stays until the new one can be pulled.
  if (kept !== undefined) return { from: 'pull-request', tag: kept, waiting: `${waiting}; ${kept} stays` };
  if (stage.env.image?.required === true) return { held: waiting };
  // Many repositories build no images of pull requests: nothing is waited for until there is one.
  const isComing = found.failure.reason !== noTag && stage.facts.tags?.ok !== false;
  return { from: 'service', ...(isComing ? { waiting } : {}) };
}

function short({ headSha }: PullRequest): string {
  return headSha.slice(0, 7);
}

type Candidate = Readonly<{
  tag: string;
  /** The tag names the commit: it is never moved to another image. */
  exact: boolean;
}>;

function findImage(stage: Stage, preview: Preview, pullRequest: PullRequest, kept: string | undefined): Result<string> {
  const { tags, pullable } = stage.facts;
  if (tags === undefined) return fail('waiting', 'RegistryPending', 'the registry has not answered yet');
  if (!tags.ok) return tags;
  const candidate = candidateOf(stage, pullRequest, preview.names, tags.value);
  // A tag that does not tell its commit may be older than one that does.
  const isOlder = candidate?.exact === false && kept !== undefined && !kept.includes('@');
  if (candidate === undefined || isOlder) {
    const wanted = tagsOf(stage, pullRequest, preview.names).map(({ tag }) => tag);
    return fail('waiting', noTag, `the registry has none of the tags ${wanted.join(', ')}`);
  }
  if (candidate.exact && candidate.tag === kept) return ok(candidate.tag);
  const answer = pullable[candidate.tag];
  if (answer === undefined) return fail('waiting', 'ImagePending', `${candidate.tag} is being looked at`);
  if (!answer.ok) return answer;
  return ok(candidate.exact ? candidate.tag : `${candidate.tag}@${answer.value.digest}`);
}

function candidateOf(stage: Stage, pullRequest: PullRequest, names: PreviewNames, tags: readonly string[]) {
  return tagsOf(stage, pullRequest, names).find(({ tag }) => tags.includes(tag));
}

function tagsOf({ env }: Stage, pullRequest: PullRequest, names: PreviewNames): Candidate[] {
  const { branch, ...variables } = variablesOf(pullRequest, names);
  // As CI tools write a branch into a tag.
  const inTags = { ...variables, branch: String(branch).replace(/[^A-Za-z0-9_.-]+/g, '-') };
  return (env.image?.patterns ?? standard).map((pattern) => ({
    tag: fillText(pattern, inTags),
    exact: /\$\{preview\.sha7?\}/.test(pattern),
  }));
}

/** The tag of the pull request that the preview has been delivered with last. */
function tagInUse({ parent }: Stage, { services }: Preview): string | undefined {
  const annotations = services.find(({ metadata }) => metadata.name === parent.name)?.metadata.annotations ?? {};
  const { image, imageFrom } = previewAnnotations;
  const used = annotations[imageFrom] === 'pull-request' ? annotations[image] : undefined;
  if (used === undefined) return undefined;
  const { tag, digest } = splitReference(used);
  return digest === undefined ? tag : `${tag}@${digest}`;
}

/** Host and path of the followed image, for the writer of tags; undefined where `containerRegistry` is not valid. */
export function followedImage({ service }: Stage) {
  const registry = service.spec.containerRegistry;
  const watched = registry === undefined ? undefined : watchedImage(registry, undefined);
  return watched?.ok === true ? watched.value.image : undefined;
}
