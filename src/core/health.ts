import { conditionOf, trueCondition } from './condition.ts';
import { current, field, type Health, inProgress, number } from './health-fields.ts';
import { controllerHealth } from './health-kinds.ts';
import { type Condition, groupOf, type KubeObject } from './resource.ts';

export type { Health } from './health-fields.ts';

/**
 * Health of an object as it stands in the API, by the rules of kstatus (E19): what is being deleted is Terminating;
 * a status that speaks of an older generation, or condition Reconciling, is InProgress; condition Stalled is Failed;
 * then the rules of its kind; then condition Ready; an object without any of these is Current.
 */
export function health(object: KubeObject): Health {
  const { deletionTimestamp, generation } = object.metadata;
  if (deletionTimestamp !== undefined) return { status: 'Terminating', message: `since ${deletionTimestamp}` };
  const observed = number(object, 'status', 'observedGeneration');
  if (observed !== undefined && generation !== undefined && observed < generation) {
    return inProgress('its controller has not seen the last change yet');
  }
  return generic(object) ?? kindRule(object) ?? ready(object) ?? current;
}

function words({ reason, message, type }: Partial<Condition>): string {
  return message || reason || `condition ${type}`;
}

function generic(object: KubeObject): Health | undefined {
  const stalled = trueCondition(object, 'Stalled');
  if (stalled !== undefined) return { status: 'Failed', message: words(stalled) };
  const reconciling = trueCondition(object, 'Reconciling');
  return reconciling === undefined ? undefined : inProgress(words(reconciling));
}

/** By group and kind; our own kinds have the names of others'. */
function kindRule(object: KubeObject): Health | undefined {
  const group = groupOf(object.apiVersion);
  const rule = controllerHealth[group === '' ? object.kind : `${group}/${object.kind}`];
  return rule?.(object, (type) => conditionOf(object, type));
}

function ready(object: KubeObject): Health | undefined {
  const found = conditionOf(object, 'Ready');
  if (found !== undefined) return found.status === 'True' ? current : inProgress(words(found));
  // Our kinds always get a status; one without has not been looked at.
  const isOurs = object.apiVersion.startsWith('alustan.io/');
  return isOurs && field(object, 'status') === undefined ? inProgress('waiting for the controller') : undefined;
}
