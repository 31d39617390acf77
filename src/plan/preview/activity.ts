import { wakeAnnotation } from '../../core/annotations.ts';
import type { PreviewCommand } from '../../core/pull-request.ts';
import type { Preview, Stage } from './draft.ts';

/** What people did since the last pass: commands that are acted on, and when there was activity last. */
export function noteActivity(stage: Stage, preview: Preview): Preview {
  const commanded = takeCommands(stage, startedAnew(preview));
  const woken = preview.services
    .map(({ metadata }) => metadata.annotations?.[wakeAnnotation])
    .find((value) => value !== undefined);
  const isWoken = woken !== undefined && woken !== preview.before?.woken;
  return {
    ...commanded,
    ...(isWoken ? { woken } : {}),
    activity: latest([commanded.activity, ...seen(stage, preview), ...(isWoken ? [stage.now.toISOString()] : [])]),
  };
}

/** Whoever takes the label off and puts it on again wants a preview. */
function startedAnew(preview: Preview): Preview {
  const { before, pullRequest } = preview;
  const labelled = Date.parse(pullRequest?.activity.labelledAt ?? '');
  return before !== undefined && labelled > Date.parse(before.since) ? { ...preview, stopped: undefined } : preview;
}

/** `updatedAt` would move with our own comments. */
function seen({ now }: Stage, { pullRequest, before }: Preview): string[] {
  if (pullRequest === undefined) return [];
  const { pushedAt, labelledAt, commentedAt } = pullRequest.activity;
  const isPushed = before !== undefined && before.sha !== pullRequest.headSha;
  const times = [pushedAt, labelledAt, commentedAt, isPushed ? now.toISOString() : undefined];
  return times.filter((time) => time !== undefined);
}

/** In their order, up to the first whose author nobody can tell yet: it is asked again. */
function takeCommands({ facts }: Stage, preview: Preview): Preview {
  const all = (facts.pullRequests?.commands ?? []).filter((command) => command.pullRequest === preview.number);
  // What was said before the preview was known was said of another one.
  if (preview.before === undefined) {
    const last = all.at(-1);
    return last === undefined ? preview : { ...preview, command: last.id };
  }
  const fresh = all.filter(({ id }) => id > (preview.before?.command ?? 0));
  const doubtful = fresh.findIndex(({ allowed }) => allowed === 'unknown');
  return (doubtful < 0 ? fresh : fresh.slice(0, doubtful)).reduce(takeCommand, preview);
}

function takeCommand(preview: Preview, { id, verb, allowed, at, author }: PreviewCommand): Preview {
  const noted = { ...preview, command: id };
  if (allowed !== 'yes') return noted;
  const active = { ...noted, activity: latest([preview.activity, at]) };
  if (verb === 'restart') return { ...active, restart: id, restarting: true, stopped: undefined };
  if (verb === 'stop')
    return { ...noted, stopped: `stopped by ${author}, at ${at}; a comment /preview starts it again` };
  return { ...active, stopped: undefined };
}

function latest(times: readonly string[]): string {
  return times.reduce((a, b) => (Date.parse(b) > Date.parse(a) ? b : a));
}
