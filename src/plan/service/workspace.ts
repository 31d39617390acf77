import type { Workspace } from '../workspace.ts';
import { fillFrom } from '../workspace.ts';
import { type Draft, desire } from './draft.ts';

/** E2–E5. */
export function fillValues(draft: Draft): Draft {
  const filled = fillFrom(draft.object.spec.source.values, 'spec.source.values', workspaceOf(draft));
  if (!filled.ok) return { ...draft, outcome: filled.failure };
  return desire(draft, { values: filled.value.value, sensitive: filled.value.sensitive });
}

export function workspaceOf({ object, facts }: Draft): Workspace {
  return {
    environment: object.spec.workspace,
    field: 'spec.workspace',
    namespace: object.metadata.namespace,
    clusterSecrets: facts.clusterSecrets,
    controllerNamespace: facts.settings.controllerNamespace,
  };
}
