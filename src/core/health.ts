import { current, field, type Health, inProgress, list, number } from './health-fields.ts';
import { controllerHealth } from './health-kinds.ts';
import type { Condition, KubeObject } from './resource.ts';

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

function conditionsOf(object: KubeObject): Partial<Condition>[] {
  return list(object, 'status', 'conditions') as Partial<Condition>[];
}

function condition(object: KubeObject, type: string): Partial<Condition> | undefined {
  return conditionsOf(object).find((item) => item.type === type);
}

function words({ reason, message, type }: Partial<Condition>): string {
  return message || reason || `condition ${type}`;
}

function generic(object: KubeObject): Health | undefined {
  const stalled = condition(object, 'Stalled');
  if (stalled?.status === 'True') return { status: 'Failed', message: words(stalled) };
  const reconciling = condition(object, 'Reconciling');
  return reconciling?.status === 'True' ? inProgress(words(reconciling)) : undefined;
}

/** By group and kind; our own kinds have the names of others'. */
function kindRule(object: KubeObject): Health | undefined {
  const [group = ''] = object.apiVersion.includes('/') ? object.apiVersion.split('/') : [''];
  const rule = controllerHealth[group === '' ? object.kind : `${group}/${object.kind}`];
  return rule?.(object, (type) => condition(object, type));
}

function ready(object: KubeObject): Health | undefined {
  const found = condition(object, 'Ready');
  if (found !== undefined) return found.status === 'True' ? current : inProgress(words(found));
  // Our kinds always get a status; one without has not been looked at.
  const isOurs = object.apiVersion.startsWith('alustan.io/');
  return isOurs && field(object, 'status') === undefined ? inProgress('waiting for the controller') : undefined;
}
