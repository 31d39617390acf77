import type { KubeObject } from '../../core/resource.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { outputLimit, type RunEnd, tailLines } from '../../core/terraform-run.ts';
import { type KubeClient, KubeError, type PodLog } from '../../kube/client.ts';
import { hasRun, newest, terraformContainer, verdictOf } from './run-end.ts';

type Output = Pick<RunEnd, 'output' | 'outputTooLarge' | 'tail'>;

/** All that a Job that has ended tells: how, and what it printed. Secrets are not masked: that is the plan's. */
export async function readRunEnd(
  client: KubeClient,
  job: KubeObject,
  pods: readonly KubeObject[],
  signal: AbortSignal,
): Promise<Result<RunEnd>> {
  const verdict = verdictOf(job, pods);
  const pod = newest(pods);
  if (pod === undefined || !hasRun(pod)) return ok({ ...verdict, tail: [] });
  try {
    return ok({ ...verdict, ...(await readOutput(client, pod, signal)) });
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    // The log may be gone with its node; whatever else is wrong may be better at the next look.
    if (error.status === 404 || error.status === 400) return ok({ ...verdict, tail: [] });
    return fail('transient', 'LogUnreadable', `the log of pod ${pod.metadata.name}: ${error.message}`);
  }
}

/** One byte more than may be kept is asked for: so much tells whether there is more, and a log may be of any size. */
async function readOutput(client: KubeClient, pod: KubeObject, signal: AbortSignal): Promise<Output> {
  const { namespace = '', name } = pod.metadata;
  const of = { namespace, name, container: terraformContainer };
  const text = await client.podLog({ ...of, limitBytes: outputLimit + 1 }, signal);
  if (Buffer.byteLength(text) <= outputLimit) return { output: text, tail: lastLines(text) };
  return { output: wholeLines(text), outputTooLarge: true, tail: await readTail(client, of, signal) };
}

/**
 * The last lines of a log that is longer than what is read of it. A server counts `limitBytes` from the first of the lines
 * that it is asked for, so of lines that are long, too, fewer are asked for: what was said last is what people need. One
 * more than is taken each time: to a kubelet a line of more than 16 KiB is several, and the first may be the end of one.
 */
async function readTail(client: KubeClient, of: PodLog, signal: AbortSignal): Promise<string[]> {
  for (let wanted = tailLines; wanted > 0; wanted = Math.floor(wanted / 2)) {
    const text = await client.podLog({ ...of, tailLines: wanted + 1, limitBytes: outputLimit }, signal);
    if (Buffer.byteLength(text) < outputLimit) return splitLines(text).slice(1).slice(-wanted);
  }
  return [];
}

/** Without the line that is cut: of a secret at the cut nobody would know the rest. */
function wholeLines(text: string): string {
  return text.slice(0, Math.max(0, text.lastIndexOf('\n')));
}

function lastLines(text: string): string[] {
  return splitLines(text).slice(-tailLines);
}

function splitLines(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
