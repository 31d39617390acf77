import type { Failure } from '../../core/result.ts';
import { awaitDependencies } from '../dependencies.ts';
import type { ClusterSecret } from '../facts.ts';
import type { Workspace } from '../workspace.ts';
import { fillFrom } from '../workspace.ts';
import { type Draft, desire } from './draft.ts';

/** E2–E5. */
export function fillValues(draft: Draft): Draft {
  const filled = fillFrom(draft.object.spec.source.values, 'spec.source.values', workspaceOf(draft));
  if (!filled.ok) return unfilled(draft, filled.failure);
  return desire(draft, { values: filled.value.value, sensitive: filled.value.sensitive });
}

/** What a dependency has yet to publish is no error, but a wait for it (E8). */
function unfilled(draft: Draft, failure: Failure): Draft {
  const awaited = failure.reason === 'UnresolvedVariables' ? awaitDependencies(draft) : draft;
  return awaited.outcome === undefined ? { ...draft, outcome: explain(draft, failure) } : awaited;
}

export function workspaceOf({ object, facts }: Draft): Workspace {
  return {
    environment: object.spec.workspace,
    field: 'spec.workspace',
    // A preview may what its original may.
    namespace: facts.preview?.namespace ?? object.metadata.namespace,
    clusterSecrets: facts.preview?.secrets === false ? facts.clusterSecrets.map(openOnly) : facts.clusterSecrets,
    controllerNamespace: facts.settings.controllerNamespace,
  };
}

/** Without what lies in `data`, which also hides annotations of the same names (E2). */
function openOnly(secret: ClusterSecret): ClusterSecret {
  const annotations = Object.entries(secret.annotations).filter(([name]) => !Object.hasOwn(secret.data, name));
  return { ...secret, annotations: Object.fromEntries(annotations), data: {} };
}

function explain({ facts }: Draft, failure: Failure): Failure {
  if (facts.preview?.secrets !== false) return failure;
  const hint =
    'previews of forks get no values from its data; give them values in spec.previewEnvironment.values, or set ' +
    'spec.previewEnvironment.forks.secrets to true';
  return { ...failure, message: `${failure.message}; ${hint}` };
}
