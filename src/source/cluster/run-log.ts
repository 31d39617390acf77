import type { KubeObject } from '../../core/resource.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { outputLimit, type RunEnd, tailLines } from '../../core/terraform-run.ts';
import { type KubeClient, KubeError } from '../../kube/client.ts';
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
  // The last lines may be long, too.
  const last = await client.podLog({ ...of, tailLines, limitBytes: outputLimit }, signal);
  const tail = Buffer.byteLength(last) < outputLimit ? last : wholeLines(last);
  return { output: wholeLines(text), outputTooLarge: true, tail: lastLines(tail) };
}

/** Without the line that is cut: of a secret at the cut nobody would know the rest. */
function wholeLines(text: string): string {
  return text.slice(0, Math.max(0, text.lastIndexOf('\n')));
}

function lastLines(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.slice(-tailLines);
}
