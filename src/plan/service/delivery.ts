import { formatDuration } from '../../core/duration.ts';
import { canonicalJson, keyedHash } from '../../core/hash.ts';
import { inputsLabel, isPending } from '../../core/helm-release.ts';
import { isOf, limitAttempts, noteRetry, wantedRetry } from '../attempts.ts';
import { inSource } from '../source-field.ts';
import { noteOutside, noteOutsideWhenSpent } from '../window.ts';
import { type Draft, desire, type Ended, end, endWith, report, wait } from './draft.ts';
import type { Chart, Release } from './facts.ts';
import { type Purpose, startJob, timeoutSeconds } from './jobs.ts';
import { firstUnhealthy } from './unhealthy.ts';

/** Hex digits: a label holds 63 characters. */
const hashLength = 40;
/** Milliseconds to look again for a release that a Job says it made. */
const staleMs = 2000;
/** Milliseconds within which every release that a Job made is seen. */
const lagMs = 60_000;

const fields = {
  whole: 'spec.source',
  address: 'spec.source.repoURL',
  secretRef: 'spec.source.secretRef',
  ref: 'spec.source.targetRevision',
  path: 'spec.source.path',
};

/** The chart that the source has fetched, packed and verified. */
export function takeChart(draft: Draft): Draft {
  const { chart } = draft.facts;
  const { repoURL } = draft.object.spec.source;
  if (chart === undefined) return wait(draft, 'working', 'SourcePending', `fetching the chart from ${repoURL}`);
  if (!chart.ok) return { ...draft, outcome: inSource(chart.failure, fields) };
  const { digest, postHooks } = chart.value;
  return desire(draft, { chartDigest: digest, postHooks, revision: revisionOf(chart.value) });
}

/** A commit as people write it, or the version of an OCI chart. */
function revisionOf({ commit, version }: Chart): string {
  return commit === undefined ? version : commit.slice(0, 12);
}

/** What no Secret can carry is refused before a Job is made of it. */
export function limitValues(draft: Draft): Draft {
  const limit = draft.facts.settings.valuesLimitBytes;
  const bytes = Buffer.byteLength(canonicalJson(draft.desired.values));
  if (bytes <= limit) return draft;
  const message =
    `spec.source.values: ${kibibytes(bytes)} of values, at most ${kibibytes(limit)} can be delivered; move bulk data ` +
    'into the chart or into ConfigMaps of their own';
  return end(draft, 'invalid', 'ValuesTooLarge', message);
}

function kibibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KiB`;
}

/** E20: covers release, chart and final values; keyed, since values hold secrets. */
export function hashInputs(draft: Draft): Draft {
  const { values, chartDigest } = draft.desired;
  const inputs = { release: draft.object.spec.source.releaseName, chart: chartDigest, values };
  return desire(draft, { inputsHash: keyedHash(draft.facts.installationKey, inputs).slice(0, hashLength) });
}

/** The release when it is the desired one. E20: the current release decides, not past Jobs; so A → B → A delivers three times. */
export function deliveredRelease(draft: Draft): Release | undefined {
  const { release } = draft.facts;
  if (!release.ok || release.value === undefined || isAskedFor(draft)) return undefined;
  return isDelivered(draft, release.value) ? release.value : undefined;
}

/** Once more, since something has become of its objects: `alustan.io/retry` where all is well asks for nothing. */
function isAskedFor(draft: Draft): boolean {
  return wantedRetry(draft) !== undefined && firstUnhealthy(draft.facts.objects) !== undefined;
}

function isDelivered(draft: Draft, release: Release): boolean {
  if (release.status !== 'deployed') return false;
  const { inputsHash } = draft.desired;
  const job = draft.report.job;
  // Where it is known which revision our Job made, any other is someone else's: Helm hands the label on to them.
  if (job?.phase === 'succeeded' && job.revision !== undefined && job.inputsHash === inputsHash) {
    return job.revision === release.revision;
  }
  return release.inputs === inputsHash;
}

/** Notes what is in use when the release is the desired one; else lets the steps that start a Job go on. */
export function compareRelease(draft: Draft): Draft {
  const { release } = draft.facts;
  if (!release.ok && release.failure.kind === 'transient') return { ...draft, outcome: release.failure };
  if (!release.ok) return endWith(draft, release.failure, 'spec.serviceAccountName');
  const delivered = deliveredRelease(draft);
  if (delivered !== undefined) return inUse(noteRevision(noteOutside(noteRetry(draft)), delivered));
  const { revision = 0, finishedAt = '' } = draft.report.job ?? {};
  if (release.value === undefined || isSeen(revision, release.value)) return draft;
  // Later than that it is no lag: someone has uninstalled the release and installed another.
  const mayLag = draft.now.getTime() - Date.parse(finishedAt) <= lagMs;
  if (!mayLag) return draft;
  const what = `waiting to see revision ${revision} of the release`;
  return wait(draft, 'working', 'ReleasePending', what, staleMs);
}

/** Whether the record is not older than the end of the Job that made this revision: Helm makes it `pending-*` first. */
function isSeen(revision: number, release: Release): boolean {
  return revision < release.revision || (revision === release.revision && !release.status.startsWith('pending-'));
}

/** Where the Job has left no word of it (its pod is gone): an older record in a cache that lags is not taken for news. */
function noteRevision(draft: Draft, { revision }: Release): Draft {
  const { job } = draft.report;
  const isOurs = job?.phase === 'succeeded' && isOf(job, purposeOf(draft));
  return isOurs && job.revision === undefined ? report(draft, { job: { ...job, revision } }) : draft;
}

/** Without a followed image the one of before says nothing any more. */
function inUse(draft: Draft): Draft {
  const { image, revision } = draft.desired;
  const { image: _, ...rest } = draft.report;
  return { ...draft, report: { ...rest, revision, ...(image === undefined ? {} : { image }) } };
}

/** A step that is taken only where the release is not the desired one. */
export function whenOutdated(step: (draft: Draft) => Draft): (draft: Draft) => Draft {
  return (draft) => (deliveredRelease(draft) === undefined ? step(draft) : draft);
}

export function purposeOf({ desired: { inputsHash } }: Draft): Purpose {
  return { purpose: 'deliver', inputsHash };
}

export function limitDeliveries(draft: Draft): Draft {
  const of = purposeOf(draft);
  return noteOutsideWhenSpent(limitAttempts(draft, of), of);
}

export function deliver(draft: Draft): Ended {
  const { spec, metadata } = draft.object;
  const { values, sensitive, chartDigest, postHooks, inputsHash, unlock } = draft.desired;
  const of = purposeOf(draft);
  return startJob(noteOutside(draft, of), of, {
    type: 'helm-install',
    release: spec.source.releaseName,
    namespace: metadata.namespace,
    ...(unlock === undefined ? {} : { unlock }),
    ...(isClean(draft.facts.release) ? { clean: true } : {}),
    chartDigest,
    values,
    sensitive,
    labels: { [inputsLabel]: inputsHash },
    wait: postHooks,
    conflicts: spec.conflicts,
    timeoutSeconds: timeoutSeconds(draft),
  });
}

/** A release that cannot be read has no delivery. */
function isClean(release: Draft['facts']['release']): boolean {
  const found = release.ok && release.value;
  return !found || !(isPending(found.status) || found.leftovers);
}

/** How long the objects of a release may take to become healthy. */
export function healthTimeout(draft: Draft): { ms: number; text: string } {
  const ms = timeoutSeconds(draft) * 1000;
  return { ms, text: formatDuration(ms) };
}
