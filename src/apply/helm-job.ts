import { files, type JobInput } from '../core/job-io.ts';
import type { HelmInstall, HelmUninstall, JobRequest } from '../core/plan.ts';
import type { KubeObject } from '../core/resource.ts';
import { inputSecret, jobOf, secretName } from './job-shape.ts';

export type RunnerSettings = Readonly<{
  image: string;
  imagePullPolicy?: string;
  /** Command before `runner …`, for example `["alustan"]`. */
  command: readonly string[];
  resources?: Readonly<Record<string, unknown>>;
}>;

type HelmRun = HelmInstall | HelmUninstall;

/** Bytes of data in one Secret: the API server allows 1 MiB for the object, base64 counted before encoding. */
export const secretBudget = 900 * 1024;

/** Where a Job's inputs are mounted. */
const inputPath = '/run/alustan/input';
const scratchPath = '/tmp';
/** Seconds that a pod gets to end after SIGTERM: helm needs some to record its failure. */
const graceSeconds = 60;

/** The Secrets that carry a Job's inputs: the chart is split where it is large. */
export function helmSecrets(job: JobRequest, run: HelmRun, chart: Uint8Array | undefined): KubeObject[] {
  return pack(inputFiles(job, run, chart)).map((data, index) => inputSecret(job, index, data));
}

type File = readonly [name: string, bytes: Uint8Array];

function inputFiles(job: JobRequest, helm: HelmRun, chart: Uint8Array | undefined): File[] {
  const { kind, namespace = job.namespace, name } = job.owner;
  const { values, ...run } = { values: undefined, ...helm };
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

/** The Job that runs Helm, under restricted pod security. */
export function helmJob(job: JobRequest, secrets: number, runner: RunnerSettings): KubeObject {
  const names = Array.from({ length: secrets }, (_, index) => secretName(job.name, index));
  return jobOf(job, secrets, { spec: podSpec(names, runner) });
}

function podSpec(secrets: readonly string[], runner: RunnerSettings) {
  return {
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
