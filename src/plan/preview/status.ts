import type { PreviewStatus } from '../../api/preview.ts';
import type { ServiceStatus } from '../../api/service-status.ts';
import { conditionOf } from '../../core/condition.ts';
import type { KubeObject } from '../../core/resource.ts';
import { brief } from '../../core/text.ts';
import { type Preview, type PreviewState, type Scene, sinceOf } from './draft.ts';
import { urlsOf } from './hosts.ts';
import { previewAnnotations as annotation } from './identity.ts';
import type { Values } from './values.ts';

export type Said = Readonly<{ state: PreviewState; reason: string; message: string; urls?: readonly string[] }>;

/** Characters of a message in the status of the Service; the Service of the preview has them all. */
const messageLimit = 1000;
const branchLimit = 255;

/** What status shows of a preview, and remembers of it. */
export function statusOf(scene: Scene, preview: Preview, said: Said): PreviewStatus {
  const { repository, number, id, before, pullRequest, namespace, activity, command, restart, woken, stopped } =
    preview;
  const { state, reason, message } = said;
  const urls = said.urls ?? urlsIn(preview.services);
  return {
    repository,
    number,
    id,
    branch: brief(pullRequest?.branch ?? before?.branch ?? '', branchLimit),
    url: pullRequest?.url ?? before?.url ?? '',
    sha: pullRequest?.headSha ?? before?.sha ?? '',
    state,
    reason,
    message: brief(message, messageLimit),
    since: sinceOf(before, state, reason, scene.now),
    ...(namespace === undefined ? {} : { namespace: namespace.name, namespaceUID: namespace.uid }),
    ...imageOf(scene, preview),
    ...(urls.length === 0 ? {} : { urls: [...urls] }),
    activity,
    ...(stopped === undefined ? {} : { stopped }),
    ...(command === undefined ? {} : { command }),
    ...(restart === undefined ? {} : { restart }),
    ...(woken === undefined ? {} : { woken }),
  };
}

/** E15: which image, and whether it is that of the pull request. */
function imageOf({ parent }: Scene, { services }: Preview): Pick<PreviewStatus, 'image' | 'imageFrom'> {
  const own = services.find(({ metadata }) => metadata.name === parent.name);
  const { [annotation.image]: pinned, [annotation.imageFrom]: from } = own?.metadata.annotations ?? {};
  const followed = ((own?.['status'] ?? {}) as ServiceStatus).image;
  const image = pinned ?? followed;
  return {
    ...(image === undefined ? {} : { image }),
    ...(from === 'pull-request' || from === 'service' ? { imageFrom: from } : {}),
  };
}

/** E17. */
function urlsIn(services: readonly KubeObject[]): string[] {
  const urls = services.flatMap((service) => {
    const { source } = service['spec'] as { source?: { values?: Values } };
    return urlsOf(source?.values ?? {});
  });
  return [...new Set(urls)].sort();
}

/** What the Services of a preview say, the first that is not well before the others. */
export function healthOf(services: readonly KubeObject[]): Said {
  const all = services.map((service) => ({ name: service.metadata.name, ...judge(service) }));
  const worst =
    all.find(({ state }) => state === 'Failed') ?? all.find(({ state }) => state === 'Progressing') ?? all[0];
  if (worst === undefined) return { state: 'Progressing', reason: 'Creating', message: 'its Service is being created' };
  const { name, ...said } = worst;
  return all.length > 1 && said.state !== 'Ready' ? { ...said, message: `${name}: ${said.message}` } : said;
}

function judge(service: KubeObject): Said {
  const { state, message = '', observedGeneration } = (service['status'] ?? {}) as ServiceStatus;
  const reason = conditionOf(service, 'Ready')?.reason ?? 'Pending';
  if (observedGeneration !== service.metadata.generation || state === undefined) {
    return { state: 'Progressing', reason: 'Pending', message: 'it is looked at for the first time since it changed' };
  }
  if (state === 'Completed') return { state: 'Ready', reason, message };
  return { state: state === 'Progressing' ? 'Progressing' : 'Failed', reason, message };
}
