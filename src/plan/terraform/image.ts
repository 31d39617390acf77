import type { TerraformObject } from '../../api/terraform-object.ts';
import { keyedHash } from '../../core/hash.ts';
import { splitReference } from '../../core/image-reference.ts';
import { end, wait } from '../draft.ts';
import { chooseTag, type Watched } from '../image.ts';
import { readCommand } from './command.ts';
import { type Draft, desire } from './draft.ts';

/** Hex digits: a label holds 63 characters. */
const hashLength = 40;

/** E25. */
export function requireDeploy(draft: Draft): Draft {
  if (readCommand(draft.object.spec.scripts.deploy) !== undefined) return draft;
  const message = 'spec.scripts.deploy: deploy script is missing; name the script of the image that deploys';
  return end(draft, 'invalid', 'DeployScriptMissing', message);
}

/** The image that was chosen last, by its tag: the digest beside it says what the tag was then. */
export function lastImage({ status: { image } }: Pick<TerraformObject, 'status'>): string | undefined {
  return image?.split('@')[0];
}

/** E32: the image, by the same policies and gate as that of a Service. */
export function chooseImage(draft: Draft): Draft {
  return chooseTag(draft, draft.object.spec.containerRegistry, lastImage(draft.object), (chosen, watched, tag) => {
    const image = pulledAs(watched, tag);
    if (draft.object.spec.approval === 'manual') return pin(chosen, image, tag);
    // Where approval is asked for no more, that alone deploys nothing again.
    return desire(chosen, { image: pinned(draft, image) ?? image });
  });
}

/** The same image with the digest by which it was chosen last. */
function pinned({ before: { image: last = '' } }: Draft, image: string): string | undefined {
  return last.startsWith(`${image}@`) ? last : undefined;
}

/** An approval is for one content: a tag that has moved since is another image. */
function pin(draft: Draft, image: string, tag: string): Draft {
  const answer = draft.facts.pullable?.[tag];
  if (answer?.ok === true) return desire(draft, { image: `${image}@${answer.value.digest}` });
  const last = pinned(draft, image);
  if (last !== undefined) return desire(draft, { image: last });
  const why = answer === undefined ? '' : ` (${answer.failure.message})`;
  return wait(
    draft,
    'waiting',
    'DigestPending',
    `waiting for the digest of ${image}, which the approval is bound to${why}`,
    draft.facts.settings.imagePollMs,
  );
}

/** The kubelet looks at docker.io where a name has no host; any other host must stand there. */
function pulledAs({ registry, image }: Watched, tag: string): string {
  const { name } = splitReference(registry.imageName);
  const isNamed = image.host === 'docker.io' || name.startsWith(`${image.host}/`);
  return `${isNamed ? name : `${image.host}/${image.repository}`}:${tag}`;
}

/** What is deployed, as one hash: keyed, since variables may hold secrets. */
export function hashInputs(draft: Draft): Draft {
  const { scripts, env, envFrom } = draft.object.spec;
  const { image, variables } = draft.desired;
  const inputsHash = hashOf(draft, { image, variables, env, envFrom, deploy: scripts.deploy });
  return desire(draft, { inputsHash, variablesHash: variablesHash(draft) });
}

/** What variables a run is given, as one hash: keyed, like the one of all inputs. */
export function variablesHash(draft: Draft): string {
  return hashOf(draft, { kept: draft.desired.variables });
}

export function hashOf(draft: Draft, inputs: unknown): string {
  return keyedHash(draft.facts.installationKey, inputs).slice(0, hashLength);
}
