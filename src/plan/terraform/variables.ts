import { end } from '../draft.ts';
import { fillFrom, type Workspace } from '../workspace.ts';
import { type Draft, desire, type Ended } from './draft.ts';

const field = 'spec.variables';
/** What the API server takes as the name of an environment variable and as a key of a Secret. */
const namePattern = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;
const reserved = /^(SCRIPT|ARGS|ALUSTAN_.*)$/;
/** Bytes of `NAME=value` that Linux hands to a program (MAX_ARG_STRLEN), the closing zero not counted. */
const valueLimit = 128 * 1024 - 1;

/** The cluster Secret that fills the variables. */
export function workspaceOf({ object, facts }: Pick<Draft, 'object' | 'facts'>): Workspace {
  return {
    environment: object.spec.workspace ?? '',
    field: 'spec.workspace',
    namespace: object.metadata.namespace,
    clusterSecrets: facts.clusterSecrets,
    controllerNamespace: facts.settings.controllerNamespace,
  };
}

/** E26: fills the variables, and refuses at once what no environment can hold. */
export function fillVariables(draft: Draft): Draft {
  const { variables, workspace } = draft.object.spec;
  const filled = fillFrom(variables, field, workspaceOf(draft));
  if (!filled.ok && filled.failure.reason === 'NoClusterSecret' && workspace === undefined) return noWorkspace(draft);
  if (!filled.ok) return { ...draft, outcome: filled.failure };
  const { value, sensitive } = filled.value;
  const problem = problemOf(value, draft.facts.settings.valuesLimitBytes);
  if (problem !== undefined) return end(draft, 'invalid', 'InvalidVariable', `${field}: ${problem}`);
  return desire(draft, { variables: value, sensitive });
}

function noWorkspace(draft: Draft): Ended {
  const message = `${field}: they use \${workspace.…}, but spec.workspace is not set; name the environment there`;
  return end(draft, 'invalid', 'NoWorkspace', message);
}

function problemOf(variables: Readonly<Record<string, string>>, limit: number): string | undefined {
  for (const [name, value] of Object.entries(variables)) {
    const bytes = Buffer.byteLength(value);
    if (!namePattern.test(name) || name.length > 253) {
      return `"${name.slice(0, 60)}" is no name of an environment variable; use letters, digits and _`;
    }
    if (reserved.test(name)) return `${name} is set by Alustan itself; rename the variable`;
    if (value.includes('\0')) return `${name} holds a zero byte, which no environment can; encode the value`;
    if (Buffer.byteLength(name) + 1 + bytes > valueLimit) {
      return `${name} has ${kibibytes(bytes)}, an environment variable holds less than 128 KiB; put it into a file of a volume`;
    }
  }
  const total = Object.entries(variables).reduce((sum, item) => sum + Buffer.byteLength(item.join('=')), 0);
  if (total <= limit) return undefined;
  return `${kibibytes(total)} in all, at most ${kibibytes(limit)} can be handed over; put bulk data into files of a volume`;
}

function kibibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KiB`;
}
