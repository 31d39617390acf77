import { parseDuration } from '../../core/duration.ts';
import type { Preview, Stage } from './draft.ts';

const field = 'spec.previewEnvironment';

/** Milliseconds; undefined where the spec says nothing. `problem` where it is no duration. */
type Limits = Readonly<{ maxAge?: number; sleepAfter?: number; problem?: string }>;

export function limitsOf({ env }: Pick<Stage, 'env'>): Limits {
  const limits: { maxAge?: number; sleepAfter?: number } = {};
  for (const name of ['maxAge', 'sleepAfter'] as const) {
    const text = env[name];
    if (text === undefined) continue;
    const parsed = parseDuration(text);
    if (!parsed.ok) return { problem: `${field}.${name}: ${parsed.failure.message}` };
    if (parsed.value <= 0) return { problem: `${field}.${name}: "${text}" is not above zero; write for example 12h` };
    limits[name] = parsed.value;
  }
  return limits;
}

/** What was stopped by hand, and what nobody has touched for too long. */
export function applyAge(stage: Stage, limits: Limits, preview: Preview): Preview {
  if (preview.verdict.want !== 'run') return preview;
  if (preview.stopped !== undefined) {
    return { ...preview, verdict: { want: 'remove', state: 'Stopped', reason: 'Stopped', message: preview.stopped } };
  }
  const idle = stage.now.getTime() - Date.parse(preview.activity);
  if (limits.maxAge !== undefined && idle >= limits.maxAge) {
    const message = `removed: no activity since ${preview.activity}, which is longer than ${field}.maxAge (${stage.env.maxAge}); a push or a comment brings it back`;
    return { ...preview, verdict: { want: 'remove', state: 'Expired', reason: 'Expired', message } };
  }
  if (limits.sleepAfter === undefined || idle < limits.sleepAfter) return preview;
  const why = `no activity since ${preview.activity}, which is longer than ${field}.sleepAfter (${stage.env.sleepAfter})`;
  return asleep(preview, 'Idle', why);
}

function asleep(preview: Preview, reason: string, why: string): Preview {
  const message = `asleep: ${why}; a push or a comment /preview wake wakes it`;
  return { ...preview, verdict: { want: 'sleep', state: 'Asleep', reason, message } };
}

/** Milliseconds until sleep or age changes something. */
export function dueIn({ now }: Stage, { maxAge, sleepAfter }: Limits, { activity, verdict }: Preview): number[] {
  if (verdict.want !== 'run' && verdict.want !== 'sleep') return [];
  const idle = now.getTime() - Date.parse(activity);
  return [maxAge, sleepAfter].flatMap((limit) => (limit === undefined || limit <= idle ? [] : [limit - idle]));
}

/**
 * Of more previews than may run, those without activity for longest sleep; of more than twice as many, they are
 * removed. The same for those of all Services together, by what their statuses say.
 */
export function applyQuotas(stage: Stage, previews: readonly Preview[]): Preview[] {
  const { env, facts, parent } = stage;
  const self = `${parent.namespace}/${parent.name}`;
  const own = previews
    .filter(({ verdict }) => verdict.want === 'run' || verdict.want === 'sleep' || verdict.want === 'keep')
    .map(({ number, activity }) => ({ service: self, number, activity }));
  const ranks = [
    { max: env.maxPreviews, name: `${field}.maxPreviews`, order: ordered(own) },
    {
      max: facts.settings.maxPreviews,
      name: 'the limit of the installation',
      order: ordered([...own, ...facts.others]),
    },
  ];
  return previews.map((preview) => {
    for (const { max, name, order } of ranks) {
      const place = order.findIndex(({ service, number }) => service === self && number === preview.number);
      const next = limit(preview, place, max, name);
      if (next !== undefined) return next;
    }
    return preview;
  });
}

type Ranked = Readonly<{ service: string; number: number; activity: string }>;

/** Latest activity first; the rest is there so that everybody finds the same order. */
function ordered(all: readonly Ranked[]): Ranked[] {
  const rank = ({ activity, number, service }: Ranked) => `${new Date(activity).toISOString()} ${service} ${number}`;
  return [...all].sort((a, b) => (rank(a) < rank(b) ? 1 : -1));
}

function limit(preview: Preview, place: number, max: number, name: string): Preview | undefined {
  const { want } = preview.verdict;
  if ((want !== 'run' && want !== 'sleep') || place < max) return undefined;
  const why = `${max} previews may run (${name}), and as many have seen activity since ${preview.activity}`;
  if (place < 2 * max) return want === 'sleep' ? undefined : asleep(preview, 'QuotaReached', why);
  const message = `removed: ${why}, and as many again are asleep; a push or a comment brings it back`;
  return { ...preview, verdict: { want: 'remove', state: 'Evicted', reason: 'QuotaExceeded', message } };
}
