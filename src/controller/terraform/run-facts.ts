import { isFinished } from '../../apply/janitor.ts';
import { imageAnnotation, jobLabels, podAnnotation } from '../../apply/job-shape.ts';
import { trueCondition } from '../../core/condition.ts';
import { isAlive } from '../../core/pod.ts';
import type { KubeObject } from '../../core/resource.ts';
import { keptVariables, type RunEnd, type TerraformPurpose } from '../../core/terraform-run.ts';
import type { Run } from '../../plan/terraform/facts.ts';
import { hindranceOf } from '../../source/cluster/run-end.ts';
import type { OwnJob } from '../own-jobs.ts';

type PodStatus = {
  phase?: string;
  containerStatuses?: { containerID?: string; state?: { running?: unknown; terminated?: { reason?: string } } }[];
};

/** What the plan needs to know of a Job that runs a script. */
export function runFact({ job, pods }: OwnJob, end?: RunEnd): Run {
  const { name, uid = '', labels = {}, annotations = {} } = job.metadata;
  const ended = trueCondition(job, 'Complete', 'Failed');
  const image = annotations[imageAnnotation];
  const variables = annotations[keptVariables.annotation];
  const podHash = annotations[podAnnotation];
  const message = isFinished(job) ? undefined : hindrance(pods);
  return {
    name,
    uid,
    inputsHash: labels[jobLabels.inputs] ?? '',
    attempt: Number(labels[jobLabels.attempt] ?? 1),
    purpose: (labels[jobLabels.purpose] ?? 'deploy') as TerraformPurpose,
    ...(image === undefined ? {} : { image }),
    ...(variables === undefined ? {} : { variables }),
    ...(podHash === undefined ? {} : { podHash }),
    phase: ended === undefined ? 'active' : ended.type === 'Complete' ? 'succeeded' : 'failed',
    began: pods.some(hasBegun),
    alive: pods.some(isAlive),
    ...(ended === undefined && pods.length === 0 ? { podless: true } : {}),
    ...(message === undefined ? {} : { message }),
    ...(ended === undefined ? endsBy(pods) : {}),
    ...(ended?.lastTransitionTime === undefined ? {} : { finishedAt: ended.lastTransitionTime }),
    ...(end === undefined ? {} : { end }),
  };
}

/** Whether its script runs, or has run. */
export function hasBegun(pod: KubeObject): boolean {
  const { containerStatuses = [] } = (pod['status'] ?? {}) as PodStatus;
  return containerStatuses.some(({ containerID, state }) => {
    if (state?.terminated === undefined) return state?.running !== undefined;
    // What the kubelet writes of a container that it has never made, when the pod ends.
    const isUnmade = state.terminated.reason === 'ContainerStatusUnknown' && (containerID ?? '') === '';
    return state.terminated.reason !== 'StartError' && !isUnmade;
  });
}

function endsBy(pods: readonly KubeObject[]): { endsBy?: string } {
  const at = pods.find((pod) => isAlive(pod) && pod.metadata.deletionTimestamp !== undefined)?.metadata
    .deletionTimestamp;
  return at === undefined ? {} : { endsBy: at };
}

function hindrance(pods: readonly KubeObject[]): string | undefined {
  const { reason, message } = hindranceOf(pods) ?? {};
  return reason === undefined ? undefined : `its pod waits: ${[reason, message].filter(Boolean).join(': ')}`;
}
