import type { RunRecord } from '../../api/terraform-status.ts';
import { parseJsonPath, valueAt, withoutValue } from '../../core/json-path.ts';
import { masker } from '../../core/mask.ts';
import { type Failure, fail, ok, type Result } from '../../core/result.ts';
import type { RunEnd } from '../../core/terraform-run.ts';
import { limitAttempts } from '../attempts.ts';
import { end, report } from '../draft.ts';
import { type Command, readCommand } from './command.ts';
import { type Draft, desire, type FoundOutput, forget } from './draft.ts';
import { hashOf } from './image.ts';
import { readOutputs } from './printed.ts';
import { partsOf } from './secrets.ts';
import { start } from './start.ts';

type Outputs = Readonly<Record<string, unknown>>;
type Publish = NonNullable<Draft['object']['spec']['publish']>['outputs'];

const field = 'spec.postDeploy';

/** E28: arguments are checked before anything runs; a value with whitespace would become two of them. */
export function checkPostDeploy(draft: Draft): Draft {
  const { postDeploy, publish } = draft.object.spec;
  if (publish !== undefined && postDeploy === undefined) {
    const message = `spec.publish: without ${field} there are no outputs; add it, or remove spec.publish`;
    return end(draft, 'invalid', 'NoOutputs', message);
  }
  const paths = (publish?.outputs ?? []).map(({ path }) => parseJsonPath(path)).find((path) => !path.ok);
  if (paths?.ok === false)
    return end(draft, 'invalid', 'InvalidPath', `spec.publish.outputs: ${paths.failure.message}`);
  const args = argumentsOf(draft);
  return args.ok ? desire(draft, { arguments: args.value }) : { ...draft, outcome: args.failure };
}

/** `-key=value` in the order of the keys. */
function argumentsOf({ object, desired: { variables } }: Draft): Result<string> {
  const args = object.spec.postDeploy?.args ?? {};
  const words: string[] = [];
  for (const key of Object.keys(args).sort()) {
    const name = args[key] as string;
    const place = `${field}.args.${key}`;
    if (/\s/.test(key)) return fail('invalid', 'InvalidArgument', `${place}: the name holds whitespace; remove it`);
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value === undefined) {
      const message = `${place}: environment variable ${name} not found; add it to spec.variables`;
      return fail('invalid', 'VariableNotFound', message);
    }
    if (/\s/.test(value)) {
      const message = `${place}: the value of ${name} holds whitespace, and would become several arguments; let the script read the variable itself`;
      return fail('invalid', 'InvalidArgument', message);
    }
    words.push(`-${key}=${value}`);
  }
  return ok(words.join(' '));
}

/** E28, E29: runs the script once for each deploy that succeeded, and when what it is asked for has changed. */
export function readOutput(draft: Draft): Draft {
  const command = commandOf(draft);
  if (command === undefined) return forget(draft, 'postDeployHash', 'postDeployOutput');
  if (areOutputsRead(draft)) return draft;
  const of = outputsPurpose(draft);
  const { job } = draft.report;
  // What the script printed is Alustan's to refuse (Error), that it failed is the script's (Failed).
  const isRefused = job?.phase === 'failed' && job.exitCode === 0;
  const limited = limitAttempts(draft, of, isRefused ? { again: 'transient', spent: 'invalid' } : undefined);
  if (limited.outcome !== undefined) return limited;
  const words = [command.args, draft.desired.arguments].filter((part) => part !== '').join(' ');
  return start(limited, of, { script: command.script, args: words });
}

function commandOf({ object }: Draft): Command | undefined {
  return readCommand(object.spec.postDeploy?.script);
}

/** What a run of the script is for: the outputs of this deploy, and where they are to go. */
export function outputsPurpose(draft: Draft) {
  const { postDeploy, publish } = draft.object.spec;
  const { lastAppliedHash, lastAppliedAt } = draft.report;
  return {
    purpose: 'post-deploy',
    inputsHash: hashOf(draft, { lastAppliedHash, lastAppliedAt, postDeploy, publish }),
  } as const;
}

/** Whether what was deployed last has told its outputs, where it is asked for any. */
export function areOutputsRead(draft: Draft): boolean {
  return commandOf(draft) === undefined || draft.report.postDeployHash === outputsPurpose(draft).inputsHash;
}

/** Takes over what the script has printed; sensitive outputs do not come into status. */
export function settleOutput(draft: Draft, record: RunRecord, end: RunEnd): Draft {
  const outputs = readOutputs(end);
  if (!outputs.ok) return refuse(draft, record, outputs.failure);
  const found = collect(outputs.value, draft.object.spec.publish?.outputs ?? []);
  if (!found.ok) return refuse(draft, record, found.failure);
  const taken = report(draft, {
    postDeployOutput: shown(outputs.value, found.value),
    postDeployHash: record.inputsHash,
  });
  return { ...taken, found: found.value };
}

/** The script has ended well, and what it printed cannot be used. */
export function refuse(draft: Draft, record: RunRecord, { reason, message }: Failure): Draft {
  const failures = (draft.before.job?.failures ?? 0) + 1;
  return report(draft, { job: { ...record, phase: 'failed', exitCode: 0, reason, message, failures } });
}

/** What is to be published, found in what was printed. */
function collect(outputs: Outputs, publish: Publish): Result<readonly FoundOutput[]> {
  const found: FoundOutput[] = [];
  for (const { name, path, sensitive } of publish) {
    const steps = parseJsonPath(path);
    const value = steps.ok ? valueAt(outputs, steps.value) : undefined;
    if (!steps.ok || value === undefined || value === null) {
      const keys = Object.keys(outputs).slice(0, 10).join(', ');
      const message = `spec.publish.outputs: ${name}: nothing is at ${path} in the outputs (${keys}); correct the path`;
      return fail('invalid', 'OutputNotFound', message);
    }
    // What is no text already is written as JSON; what is no Unicode would come back from the Secret as another text.
    const text = (typeof value === 'string' ? value : JSON.stringify(value)).toWellFormed();
    found.push({ name, sensitive, steps: steps.value, value: text });
  }
  return ok(found);
}

function shown(outputs: Outputs, found: readonly FoundOutput[]): Outputs {
  const secret = found.filter((output) => output.sensitive);
  const open = secret.reduce<unknown>((rest, { steps }) => withoutValue(rest, steps), outputs);
  return maskStrings(open, masker(secret.flatMap(({ value }) => partsOf(value)))) as Outputs;
}

/** Masks in every string at any depth; keys stay. */
export function maskStrings(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === 'string') return mask(value);
  if (Array.isArray(value)) return value.map((item) => maskStrings(item, mask));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskStrings(item, mask)]));
}
