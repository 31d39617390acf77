import type { ServiceObject } from '../../api/service.ts';
import { splitReference } from '../../core/image-reference.ts';
import { replaceImage } from '../../core/image-values.ts';
import { warn } from '../draft.ts';
import { chooseTag, type Watched } from '../image.ts';
import { type Draft, desire } from './draft.ts';

/** The image that was chosen last. */
export function lastImage({ status }: Pick<ServiceObject, 'status'>): string | undefined {
  return status.job?.image ?? status.image;
}

/** E11, E23, E24: follows `containerRegistry`. */
export function chooseImage(draft: Draft): Draft {
  const registry = draft.object.spec.containerRegistry;
  return registry === undefined ? showPreviewed(draft) : chooseTag(draft, registry, lastImage(draft.object), writeTag);
}

/** A preview with the image of its pull request follows no registry; its values name the image already. */
function showPreviewed(draft: Draft): Draft {
  const [image] = draft.facts.preview?.image?.split('@') ?? [];
  return image === undefined ? draft : desire(draft, { image });
}

/** E12, E13. */
function writeTag(draft: Draft, { registry, image }: Watched, tag: string): Draft {
  const { values, replaced } = replaceImage(draft.desired.values, image, tag);
  const chosen = desire(draft, { values, image: `${splitReference(registry.imageName).name}:${tag}` });
  if (replaced > 0) return chosen;
  const message =
    `spec.source.values: nothing names the image ${registry.imageName}, so its tag ${tag} has no effect; ` +
    `write it under the chart's key for the image, or remove spec.containerRegistry`;
  return warn(chosen, { reason: 'ImageNotReferenced', message });
}
