import { files, type JobInput } from '../core/job-io.ts';
import type { JobRequest } from '../core/plan.ts';
import type { KubeObject, OwnerReference } from '../core/resource.ts';

/** Where a Job's inputs are mounted, and its labels and annotations: the contract with whoever lists Jobs. */
export const jobLabels = {
  managedBy: 'app.kubernetes.io/managed-by',
  kind: 'alustan.io/owner-kind',
  name: 'alustan.io/owner-name',
  purpose: 'alustan.io/purpose',
  attempt: 'alustan.io/attempt',
  inputs: 'alustan.io/inputs',
} as const;
export const secretsAnnotation = 'alustan.io/input-secrets';

export type RunnerSettings = Readonly<{
  image: string;
  imagePullPolicy?: string;
  /** Command before `runner …`, for example `["alustan"]`. */
  command: readonly string[];
  resources?: Readonly<Record<string, unknown>>;
}>;

/** Bytes of data in one Secret: the API server allows 1 MiB for the object, base64 counted before encoding. */
export const secretBudget = 900 * 1024;

const inputPath = '/run/alustan/input';
const scratchPath = '/tmp';
/** Seconds that a pod gets to end after SIGTERM: helm needs some to record its failure. */
const graceSeconds = 60;
/** Seconds beyond helm's own timeout, for the pod to start and the image to be pulled. */
const startSeconds = 600;

/** The Secrets that carry a Job's inputs: immutable, owned by the object, chart split where it is large. */
export function inputSecrets(job: JobRequest, chart: Uint8Array | undefined): KubeObject[] {
  return pack(inputFiles(job, chart)).map((data, index) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: secretName(job.name, index), namespace: job.namespace, labels: labelsOf(job), ...owned(job) },
    type: 'alustan.io/job-input',
    immutable: true,
    data: Object.fromEntries(data.map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')])),
  }));
}

/** Name of the n-th input Secret of a Job. */
export function secretName(job: string, index: number): string {
  return index === 0 ? job : `${job}-${index}`;
}

type File = readonly [name: string, bytes: Uint8Array];

function inputFiles(job: JobRequest, chart: Uint8Array | undefined): File[] {
  const { kind, namespace = job.namespace, name } = job.owner;
  const { values, ...run } = { values: undefined, ...job.run };
  const input: JobInput = { owner: { kind, namespace, name }, job: job.name, run };
  const result: File[] = [[files.job, Buffer.from(JSON.stringify(input))]];
  if (values !== undefined) result.push([files.values, Buffer.from(JSON.stringify(values))]);
  if (chart === undefined) return result;
  const room = secretBudget - result.reduce((sum, [, bytes]) => sum + bytes.length, 0);
  // A small chart shares the first Secret with the values; a larger one is cut into Secrets of its own.
  const size = chart.length <= room ? chart.length : secretBudget;
  for (let at = 0, index = 0; at < chart.length; at += size, index += 1) {
    result.push([files.chartPart(index), chart.subarray(at, at + size)]);
  }
  return result;
}

/** Fills Secrets in order, a new one when the next file does not fit. */
function pack(all: readonly File[]): File[][] {
  const bins: File[][] = [[]];
  let used = 0;
  for (const file of all) {
    if (used + file[1].length > secretBudget && used > 0) {
      bins.push([]);
      used = 0;
    }
    bins.at(-1)?.push(file);
    used += file[1].length;
  }
  return bins;
}

/** The runner Job: one pod, never restarted by the kubelet (retries are the planner's), restricted pod security. */
export function jobManifest(job: JobRequest, secrets: number, runner: RunnerSettings): KubeObject {
  const names = Array.from({ length: secrets }, (_, index) => secretName(job.name, index));
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: job.name,
      namespace: job.namespace,
      labels: labelsOf(job),
      annotations: { [secretsAnnotation]: String(secrets) },
      ...owned(job),
    },
    spec: {
      backoffLimit: 0,
      completions: 1,
      parallelism: 1,
      activeDeadlineSeconds: job.run.timeoutSeconds + startSeconds,
      template: { metadata: { labels: labelsOf(job) }, spec: podSpec(job, names, runner) },
    },
  };
}

function podSpec(job: JobRequest, secrets: readonly string[], runner: RunnerSettings): Record<string, unknown> {
  return {
    restartPolicy: 'Never',
    serviceAccountName: job.serviceAccount,
    terminationGracePeriodSeconds: graceSeconds,
    enableServiceLinks: false,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'runner',
        image: runner.image,
        ...(runner.imagePullPolicy === undefined ? {} : { imagePullPolicy: runner.imagePullPolicy }),
        command: [...runner.command],
        args: ['runner', 'helm', '--input', inputPath, '--result', '/dev/termination-log'],
        ...(runner.resources === undefined ? {} : { resources: runner.resources }),
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        volumeMounts: [
          { name: 'input', mountPath: inputPath, readOnly: true },
          { name: 'scratch', mountPath: scratchPath },
        ],
      },
    ],
    volumes: [
      { name: 'input', projected: { sources: secrets.map((name) => ({ secret: { name } })) } },
      { name: 'scratch', emptyDir: {} },
    ],
  };
}

function labelsOf(job: JobRequest): Record<string, string> {
  return {
    [jobLabels.managedBy]: 'alustan',
    [jobLabels.kind]: job.owner.kind,
    // A label holds 63 characters; whoever needs the owner for sure reads the owner reference.
    ...(job.owner.name.length <= 63 ? { [jobLabels.name]: job.owner.name } : {}),
    [jobLabels.purpose]: job.run.type === 'helm-install' ? 'deliver' : 'uninstall',
    [jobLabels.attempt]: String(job.attempt),
    [jobLabels.inputs]: job.inputsHash,
  };
}

/** Owned objects go with the owner; a Job in another namespace (remote clusters) cannot be owned and is labelled only. */
function owned(job: JobRequest): { ownerReferences?: OwnerReference[] } {
  const { apiVersion, kind, name, uid, namespace } = job.owner;
  if (namespace !== job.namespace) return {};
  return { ownerReferences: [{ apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: false }] };
}
