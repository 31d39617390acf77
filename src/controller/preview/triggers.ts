import { isDeepStrictEqual } from 'node:util';
import type { Key, Ring } from '../../core/key.ts';
import type { KubeObject } from '../../core/resource.ts';
import { previewAnnotations, previewLabels } from '../../plan/preview/identity.ts';
import type { Caches } from '../caches.ts';
import { concernsItself } from '../changes.ts';
import { originKey } from '../preview-origin.ts';
import { type Stop, stopAll } from '../triggers.ts';
import { previewKey } from './key.ts';

type Spec = { previewEnvironment?: { enabled?: boolean; include?: readonly string[] }; suspend?: boolean };
type Status = {
  state?: string;
  message?: string;
  observedGeneration?: number;
  image?: string;
  previews?: readonly unknown[];
};

/** Index: Services that want previews, or have some. */
const byPreviews = 'previews';
const yes = 'yes';

export const previewIndexers = { [byPreviews]: (service: KubeObject) => (concerns(service) ? [yes] : []) };

export function withPreviews({ services }: Pick<Caches, 'services'>): readonly KubeObject[] {
  return services.by(byPreviews, yes);
}

function concerns(service: KubeObject): boolean {
  const { previewEnvironment } = (service['spec'] ?? {}) as Spec;
  const { previews } = (service['status'] ?? {}) as Status;
  return previewEnvironment?.enabled === true || (previews !== undefined && previews.length > 0);
}

/**
 * Rings the passes of previews: for a Service that wants some, its image, what it brings along, the Services of its
 * previews and their namespaces.
 */
export function ringPreviews(caches: Caches, ring: Ring): Stop {
  const { services, namespaces, clusterSecrets } = caches;
  return stopAll(
    services.onChange((before, after) => {
      const service = (after ?? before) as KubeObject;
      if (concernsItself(before, after)) {
        if ([before, after].some((each) => each !== undefined && concerns(each))) ring(previewKey(service.metadata));
        for (const each of withPreviews(caches)) if (brings(each, service)) ring(previewKey(each.metadata));
      }
      const origin = originKey(service);
      if (origin !== undefined && !isDeepStrictEqual(shown(before), shown(after))) ring(origin);
    }),
    namespaces.onChange((before, after) => {
      const namespace = (after ?? before) as KubeObject;
      if (namespace.metadata.labels?.[previewLabels.preview] === undefined) return;
      if (isDeepStrictEqual(before?.metadata, after?.metadata)) return;
      for (const key of concerned(caches, namespace)) ring(key);
    }),
    clusterSecrets.onChange(() => {
      for (const service of withPreviews(caches)) ring(previewKey(service.metadata));
    }),
  );
}

function brings(service: KubeObject, other: KubeObject): boolean {
  const { previewEnvironment } = (service['spec'] ?? {}) as Spec;
  const isNear = service.metadata.namespace === other.metadata.namespace;
  return isNear && previewEnvironment?.include?.includes(other.metadata.name) === true;
}

/** What the pass of previews reads of the Service of a preview. */
function shown(service: KubeObject | undefined) {
  if (service === undefined) return undefined;
  const { uid, generation, deletionTimestamp, annotations } = service.metadata;
  const { state, message, observedGeneration, image } = (service['status'] ?? {}) as Status;
  return [uid, generation, deletionTimestamp, annotations, state, message, observedGeneration, image];
}

/** The Service that made it, though it be gone, and all of its namespace that may use it too. */
function concerned({ services }: Caches, { metadata }: KubeObject): Key[] {
  const { [previewAnnotations.of]: namespace = '', [previewAnnotations.madeFor]: name = '' } =
    metadata.annotations ?? {};
  const others = services.by('namespace', namespace).filter(concerns);
  return [previewKey({ namespace, name }), ...others.map(({ metadata: own }) => previewKey(own))];
}
