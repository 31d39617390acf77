import { abandonAnnotation } from '../../core/annotations.ts';
import type { Action } from '../../core/plan.ts';
import type { KubeObject } from '../../core/resource.ts';
import { firstFew } from '../first-few.ts';
import { group, type Outcome, type Preview, type Scene } from './draft.ts';
import { statusOf } from './status.ts';

/**
 * E16: Services first, so that each uninstalls its release, then the namespace, unless others have Services in it.
 * Needs no forge, registry, git or token (E10).
 */
export function removePreview(scene: Scene, preview: Preview): Outcome {
  const { verdict, services, namespace, others } = preview;
  const isAbandoned = scene.parent.service?.metadata.annotations?.[abandonAnnotation] === 'true';
  const goesWhole = namespace !== undefined && others === 0;
  const actions =
    goesWhole && (services.length === 0 || isAbandoned)
      ? deletion({ apiVersion: 'v1', kind: 'Namespace', metadata: namespace }, namespace.terminating)
      : services.flatMap((service) => deletion(service, service.metadata.deletionTimestamp !== undefined));
  const isGone = services.length === 0 && !goesWhole;
  if (isGone && verdict.forget === true) return { groups: [] };
  const { state = 'Removing', reason = '', message = '' } = verdict;
  const what = isGone ? message : `${message}; waiting for ${left(preview)} to be gone`;
  const status = statusOf(scene, preview, { state: isGone ? state : 'Removing', reason, message: what, urls: [] });
  return { groups: group('remove', actions), status };
}

function deletion({ apiVersion, kind, metadata }: KubeObject, isGoing: boolean): Action[] {
  if (isGoing) return [];
  const { name, namespace, uid } = metadata;
  const object = { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
  return [{ type: 'delete-object', object, uid: String(uid) }];
}

/** What is waited for, with its own words where something holds it. */
function left({ services, namespace }: Preview): string {
  if (services.length === 0) return `the namespace ${namespace?.name}`;
  const told = services.map(({ metadata, ...rest }) => {
    const { state, message } = (rest['status'] ?? {}) as { state?: string; message?: string };
    const why = state === 'Blocked' || state === 'Failed' || state === 'Error' ? ` (${message})` : '';
    return `Service ${metadata.namespace}/${metadata.name}${why}`;
  });
  return firstFew(told, 3);
}
