import type { HealthStatus, ObjectHealth } from '../../api/service-status.ts';
import { healthTimeout } from './delivery.ts';
import { type Draft, end, report, waitingSince } from './draft.ts';
import type { ReleaseObject } from './facts.ts';

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
    ...(first === undefined ? {} : { message: tell(first) }),
  };
  return report(draft, { healthStatus });
}

function objectHealth({ ref, health, message }: ReleaseObject, own: string): ObjectHealth {
  const { kind, namespace, name } = ref;
  const elsewhere = namespace === undefined || namespace === own ? {} : { namespace };
  return { kind, ...elsewhere, name, health, ...(message === undefined ? {} : { message }) };
}

type Unhealthy = ReleaseObject & Readonly<{ health: Exclude<ReleaseObject['health'], 'Current' | 'Unknown'> }>;

/** A failed object is told before one that only takes its time. What cannot be read is shown and holds nothing. */
function firstUnhealthy(objects: readonly ReleaseObject[]): Unhealthy | undefined {
  const unhealthy = objects.filter(
    (object) => object.health !== 'Current' && object.health !== 'Unknown',
  ) as Unhealthy[];
  return unhealthy.find((object) => object.health === 'Failed') ?? unhealthy[0];
}

function tell({ ref, health, message }: Unhealthy): string {
  return `${ref.kind} ${ref.name} is ${words[health]}${message === undefined ? '' : `: ${message}`}`;
}

const words: Readonly<Record<Unhealthy['health'], string>> = {
  InProgress: 'not ready yet',
  Failed: 'not healthy',
  Terminating: 'being deleted',
  NotFound: 'missing',
};

/** The release is the desired one: what is left is its health. */
export function judgeHealth(draft: Draft): Draft {
  const first = firstUnhealthy(draft.facts.objects);
  if (first === undefined) return draft;
  if (first.health === 'Failed') return end(draft, 'delivery', 'Unhealthy', tell(first), recheckMs);
  const since = waitingSince(draft, 'HealthPending');
  const waiting = report(draft, { waiting: { reason: 'HealthPending', since } });
  const timeout = healthTimeout(draft);
  const left = Date.parse(since) + timeout.ms - draft.now.getTime();
  const message = `waiting until healthy: ${tell(first)}, since ${since}`;
  if (left > 0) return end(waiting, 'working', 'HealthPending', message, left);
  return end(waiting, 'delivery', 'HealthTimeout', `${message}, which is longer than ${timeout.text}`, recheckMs);
}
