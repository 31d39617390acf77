import { cutName } from '../core/hash.ts';
import type { JobRequest } from '../core/plan.ts';
import type { KubeObject, OwnerReference } from '../core/resource.ts';
import { keptVariables } from '../core/terraform-run.ts';

/** A Job's labels and annotations: the contract with whoever lists Jobs. */
export const jobLabels = {
  managedBy: 'app.kubernetes.io/managed-by',
  kind: 'alustan.io/owner-kind',
  name: 'alustan.io/owner-name',
  purpose: 'alustan.io/purpose',
  attempt: 'alustan.io/attempt',
  inputs: 'alustan.io/inputs',
} as const;
export const secretsAnnotation = 'alustan.io/input-secrets';
/** The image that a Job of a Terraform runs. */
export const imageAnnotation = 'alustan.io/image';
/** Hash of what decides how the pod of such a Job comes about. */
export const podAnnotation = 'alustan.io/pod';

/** Seconds beyond the tool's own timeout, for the image to be pulled: a pod's time begins when its node takes it. */
const pullSeconds = 600;
/** Seconds that a pod may wait for a node before its Job is given up. */
const placeSeconds = 1800;

/** Characters of a label's value; an object's name may have 253. */
const labelLimit = 63;

/** The value of `alustan.io/owner-name` for an object of this name: the name itself, or a cut with a hash. */
export function ownerLabel(name: string): string {
  return cutName(name, labelLimit);
}

/** Name of the n-th input Secret of a Job. */
export function secretName(job: string, index: number): string {
  return index === 0 ? job : `${job}-${index}`;
}

/** An input Secret of a Job: immutable, owned as the Job is. */
export function inputSecret(
  job: JobRequest,
  index: number,
  data: readonly (readonly [string, Uint8Array])[],
): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: secretName(job.name, index), namespace: job.namespace, labels: labelsOf(job), ...owned(job) },
    type: 'alustan.io/job-input',
    immutable: true,
    data: Object.fromEntries(data.map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')])),
  };
}

/** One pod, never restarted by the kubelet: retries are the plan's (E20, E26). */
export function jobOf(
  job: JobRequest,
  secrets: number,
  pod: Readonly<{
    spec: Readonly<Record<string, unknown> & { terminationGracePeriodSeconds: number }>;
    labels?: object;
    annotations?: object;
  }>,
): KubeObject {
  const { spec, labels = {}, annotations } = pod;
  const { terminationGracePeriodSeconds: grace } = spec;
  const podSeconds = job.run.timeoutSeconds + pullSeconds;
  const metadata = { labels: { ...labels, ...labelsOf(job) }, ...(annotations === undefined ? {} : { annotations }) };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: job.name,
      namespace: job.namespace,
      labels: labelsOf(job),
      annotations: { [secretsAnnotation]: String(secrets), ...contentOf(job.run) },
      ...owned(job),
    },
    spec: {
      backoffLimit: 0,
      completions: 1,
      parallelism: 1,
      // A Job whose pod may still be alive has not ended: what it holds must not be taken from it.
      podReplacementPolicy: 'Failed',
      // The Job's own deadline deletes the pod and its log: it is for a pod that finds no node, and never comes first.
      activeDeadlineSeconds: podSeconds + grace + placeSeconds,
      template: {
        metadata,
        spec: {
          restartPolicy: 'Never',
          serviceAccountName: job.serviceAccount,
          ...spec,
          // The kubelet sends SIGTERM, waits as long as the grace says, and keeps the pod and its log.
          activeDeadlineSeconds: podSeconds,
        },
      },
    },
  };
}

/** Whose it is: by these a pod is found whose Job is gone. */
export function objectLabels({ owner }: JobRequest): Record<string, string> {
  return { [jobLabels.managedBy]: 'alustan', [jobLabels.kind]: owner.kind, [jobLabels.name]: ownerLabel(owner.name) };
}

function labelsOf(job: JobRequest): Record<string, string> {
  return {
    ...objectLabels(job),
    [jobLabels.purpose]: purposeOf(job.run),
    [jobLabels.attempt]: String(job.attempt),
    [jobLabels.inputs]: job.inputsHash,
  };
}

/** By which the record of a run is made anew where it is lost, and a pod that never comes about is told from the one that is wanted. */
function contentOf(run: JobRequest['run']): Record<string, string> {
  if (run.type !== 'terraform') return {};
  const { image, podHash, variablesHash: hash } = run;
  return {
    [imageAnnotation]: image,
    [podAnnotation]: podHash,
    ...(hash === undefined ? {} : { [keptVariables.annotation]: hash }),
  };
}

function purposeOf(run: JobRequest['run']): string {
  if (run.type === 'terraform') return run.purpose;
  return run.type === 'helm-install' ? 'deliver' : 'uninstall';
}

/** Owned objects go with the owner; a Job in another namespace (remote clusters) cannot be owned and is labelled only. */
export function owned(job: JobRequest): { ownerReferences?: OwnerReference[] } {
  const { apiVersion, kind, name, uid, namespace } = job.owner;
  if (namespace !== job.namespace) return {};
  return { ownerReferences: [{ apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: false }] };
}
