import { list } from './health-fields.ts';
import type { Condition, KubeObject } from './resource.ts';

/** A condition as anybody may have written it. */
type Loose = Partial<Condition>;

/** The condition of this type in the status of an object. */
export function conditionOf(object: KubeObject, type: string): Loose | undefined {
  return conditionsOf(object).find((condition) => condition.type === type);
}

/** The first of these conditions that is True. */
export function trueCondition(object: KubeObject, ...types: readonly string[]): Loose | undefined {
  return conditionsOf(object).find(({ type = '', status }) => status === 'True' && types.includes(type));
}

function conditionsOf(object: KubeObject): Loose[] {
  return list(object, 'status', 'conditions') as Loose[];
}
