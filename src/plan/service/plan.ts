import type { ServiceObject } from '../../api/service.ts';
import type { ServiceReport } from '../../api/service-status.ts';
import { wakeAnnotation } from '../../core/annotations.ts';
import { masker } from '../../core/mask.ts';
import type { Plan } from '../../core/plan.ts';
import { awaitAccount } from '../account.ts';
import { awaitDependencies, refuseCycle, warnOfMissing } from '../dependencies.ts';
import { warn } from '../draft.ts';
import { warnOfDurations } from '../durations.ts';
import { addFinalizer } from '../finalizer.ts';
import { readWindows } from '../window.ts';
import { kubeconfig } from '../workspace.ts';
import { chooseCluster } from './cluster.ts';
import { deletionSteps, finalizer, uninstall } from './deletion.ts';
import {
  compareRelease,
  deliver,
  deliveredRelease,
  hashInputs,
  limitDeliveries,
  limitValues,
  takeChart,
  whenOutdated,
} from './delivery.ts';
import { type Draft, type Ended, end, hasEnded, runSteps, type Step, tellDesired } from './draft.ts';
import type { ServiceFacts } from './facts.ts';
import { chooseImage } from './image.ts';
import { awaitJob, settleJob } from './jobs.ts';
import { awaitLock } from './lock.ts';
import { judgeHealth, observeRelease } from './release-health.ts';
import { releaseOwner } from './rivals.ts';
import { awaitWindow } from './window.ts';
import { fillValues } from './workspace.ts';

/**
 * What a Service does, in order. Each step adds what it finds, or ends the plan: with an error that the user can mend
 * or a wait. Who passes all of them is delivered (E20), or delivered already and looked at for its health (E19).
 */
const deliverySteps: readonly Step[] = [
  respectNamespaceEnd, //  E10
  holdFinalizer, //        E10  so that a deletion waits for the uninstall
  claimRelease, //              one release, one Service
  observeRelease, //       E19  status shows what runs, whatever comes next
  awaitAccount, //         E33
  warnOfDurations('interval', 'timeout'), // E35
  warnOfPreviews,
  refuseCycle, //          E8
  readWindows,
  suspend,
  fillValues, //           E2–E5  ${workspace.NAME}
  chooseCluster, //        E6
  chooseImage, //          E11–E13, E22–E24
  takeChart,
  limitValues,
  hashInputs, //           E20
  awaitJob, //             E20  one runner at a time
  compareRelease, //       E20  equal and deployed: no Job, no write
  whenOutdated(awaitWindow), //             maintenance
  whenOutdated(limitDeliveries), //   E20  back-off and limit
  whenOutdated(awaitLock), //         E20  Helm by hand is not disturbed
  whenOutdated(awaitDependencies), // E8
  warnOfMissing, //        E8
];

/** Pure: the same object, facts and time give the same plan (E36: it never waits itself). */
export function planService(object: ServiceObject, facts: ServiceFacts, now: Date): Plan<ServiceReport> {
  const draft = settleJob(begin(object, facts, now));
  const isDeleted = object.metadata.deletionTimestamp !== undefined;
  return hideSecrets(isDeleted ? runSteps(draft, deletionSteps, uninstall) : runSteps(draft, deliverySteps, conclude));
}

function begin(object: ServiceObject, facts: ServiceFacts, now: Date): Draft {
  const before = object.status;
  const { image, revision, job, lastHandledRetry, lastHandledOutsideWindow } = before;
  const { previews, previewURLs, previewProblem } = before;
  const desired = { values: {}, sensitive: [], chartDigest: '', revision: '', postHooks: false, inputsHash: '' };
  // What the last pass found is found anew; what cannot be found again, or is told by the pass of previews, is carried on.
  return {
    object,
    before,
    facts,
    now,
    desired,
    groups: [],
    report: defined({
      image,
      revision,
      job,
      lastHandledRetry,
      lastHandledOutsideWindow,
      previews,
      previewURLs,
      previewProblem,
    }),
  };
}

/** The pass of previews writes it into a field that nobody looks at who sees `Completed`. */
function warnOfPreviews(draft: Draft): Draft {
  const problem = draft.report.previewProblem;
  if (problem === undefined) return draft;
  return warn(draft, { reason: 'PreviewProblem', message: `previews: ${problem.message}` });
}

function defined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** A terminating namespace takes no Jobs; a finalizer added now would only delay its end. */
function respectNamespaceEnd(draft: Draft): Draft {
  if (!draft.facts.namespaceTerminating) return draft;
  const { namespace } = draft.object.metadata;
  return end(
    draft,
    'waiting',
    'NamespaceTerminating',
    `the namespace "${namespace}" is being deleted: nothing is delivered`,
  );
}

function holdFinalizer(draft: Draft): Draft {
  return { ...draft, groups: [...draft.groups, ...addFinalizer(draft.object, finalizer)] };
}

/** Two Services that want one release would undo each other for ever: the older one has it. */
function claimRelease(draft: Draft): Draft {
  const owner = releaseOwner(draft.object, draft.facts);
  if (owner === undefined) return draft;
  const { releaseName } = draft.object.spec.source;
  const message = `spec.source.releaseName: the release "${releaseName}" belongs to the older Service ${owner.name}`;
  if (owner.deleting) return end(draft, 'waiting', 'ReleaseConflict', `${message}, which is being deleted`);
  return end(draft, 'invalid', 'ReleaseConflict', `${message}; delete one of the two, and choose another name for it`);
}

/** Nothing is delivered while suspended; what runs is still watched. */
function suspend(draft: Draft): Draft {
  if (!draft.object.spec.suspend) return draft;
  const { release, preview } = draft.facts;
  // What somebody edits in the Service of a preview is put right by the next pass of its original.
  const remedy = preview === undefined ? 'set spec.suspend to false to go on' : wakeUp(preview);
  if (!release.ok || release.value?.status !== 'deployed') {
    return end(draft, 'waiting', 'Suspended', `spec.suspend: nothing is delivered while it is true; ${remedy}`);
  }
  const judged = judgeHealth(draft);
  if (hasEnded(judged)) return judged;
  const message = `suspended, revision ${release.value.revision} of the release stays; ${remedy}`;
  return end(draft, 'completed', 'Suspended', message);
}

function wakeUp({ namespace, name }: Readonly<{ namespace: string; name: string }>): string {
  return `to go on wake the preview by a push or the annotation ${wakeAnnotation}, unless ${namespace}/${name} is suspended`;
}

function conclude(draft: Draft): Ended {
  const delivered = deliveredRelease(draft);
  if (delivered === undefined) return deliver(draft);
  const judged = judgeHealth(draft);
  if (hasEnded(judged)) return judged;
  if (draft.concern !== undefined) return { ...draft, outcome: draft.concern };
  return end(draft, 'completed', 'Delivered', `revision ${delivered.revision} is healthy: ${tellDesired(draft)}`);
}

/** E2: whatever a message quotes, a value from `data` of the workspace's cluster Secret does not stand in it. */
function hideSecrets(draft: Ended): Plan<ServiceReport> {
  const { groups, desired, facts, object } = draft;
  const secrets = facts.clusterSecrets.filter((secret) => secret.environment === object.spec.workspace);
  const readable = secrets.flatMap(({ data }) => Object.entries(data).filter(([key]) => key !== kubeconfig));
  const mask = masker(readable.map(([, value]) => value));
  const outcome = maskMessages(draft.outcome, mask);
  return {
    revision: desired.image ?? desired.revision,
    groups,
    outcome,
    report: maskMessages(withImage(draft), mask),
  };
}

/** Names and hashes are left alone: they are ours, and are read again. */
function maskMessages<T>(value: T, mask: (text: string) => string): T {
  const visit = (item: unknown, key: string): unknown => {
    if (typeof item === 'string') return key === 'message' ? mask(item) : item;
    if (Array.isArray(item)) return item.map((entry) => visit(entry, ''));
    if (item === null || typeof item !== 'object') return item;
    return Object.fromEntries(Object.entries(item).map(([name, entry]) => [name, visit(entry, name)]));
  };
  return visit(value, '') as T;
}

function withImage({ report }: Draft): ServiceReport {
  const { healthStatus, image } = report;
  if (healthStatus === undefined || image === undefined) return report;
  return { ...report, healthStatus: { ...healthStatus, image } };
}
