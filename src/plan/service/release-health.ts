import type { HealthStatus, ObjectHealth } from '../../api/service-status.ts';
import { retryAnnotation } from '../../core/annotations.ts';
import { annotate, newValue } from '../annotate.ts';
import { wantedRetry } from '../attempts.ts';
import { healthTimeout } from './delivery.ts';
import { type Draft, end, report, waitingSince } from './draft.ts';
import type { ReleaseObject } from './facts.ts';
import { firstUnhealthy, tellUnhealthy } from './unhealthy.ts';

/** Milliseconds: health comes by watch; this look is for what no watch brings. */
const recheckMs = 60_000;

/** E19: shows the release that runs, whatever the rest of the plan finds. */
export function observeRelease(draft: Draft): Draft {
  const { release, objects } = draft.facts;
  if (!release.ok || release.value === undefined) return draft;
  const { revision, status, chart } = release.value;
  const first = firstUnhealthy(objects);
  const healthStatus: HealthStatus = {
    release: draft.object.spec.source.releaseName,
    revision,
    status,
    chart,
    objects: objects.map((object) => objectHealth(object, draft.object.metadata.namespace)),
    ...(first === undefined ? {} : { message: tellUnhealthy(first) }),
  };
  return report(draft, { healthStatus });
}

function objectHealth({ ref, health, message }: ReleaseObject, own: string): ObjectHealth {
  const { kind, namespace, name } = ref;
  const elsewhere = namespace === undefined || namespace === own ? {} : { namespace };
  return { kind, ...elsewhere, name, health, ...(message === undefined ? {} : { message }) };
}

/** The release is the desired one: what is left is its health. */
export function judgeHealth(draft: Draft): Draft {
  const first = firstUnhealthy(draft.facts.objects);
  if (first === undefined) return draft;
  if (first.health === 'Failed') return end(draft, 'delivery', 'Unhealthy', tellUnhealthy(first), recheckMs);
  const since = waitingSince(draft, 'HealthPending');
  const waiting = report(draft, { waiting: { reason: 'HealthPending', since } });
  const timeout = healthTimeout(draft);
  const left = Date.parse(since) + timeout.ms - draft.now.getTime();
  const message = `waiting until healthy: ${tellUnhealthy(first)}, since ${since}`;
  const remedy =
    first.health === 'NotFound' && wantedRetry(draft) === undefined
      ? `; deliver it again: ${annotate(draft.object, retryAnnotation, newValue)}`
      : '';
  if (left > 0) return end(waiting, 'working', 'HealthPending', `${message}${remedy}`, left);
  const late = `${message}, which is longer than ${timeout.text}${remedy}`;
  return end(waiting, 'delivery', 'HealthTimeout', late, recheckMs);
}
