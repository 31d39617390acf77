import { customResourceDefinitions } from '../crd/strategy.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import { namespaces } from './namespaces.ts';
import type { Strategy } from './strategy.ts';

const builtin: Record<string, Strategy> = {
  '/namespaces': namespaces,
  'apiextensions.k8s.io/customresourcedefinitions': customResourceDefinitions,
};

const custom: Strategy = { generation: true };
const plain: Strategy = {};

export function strategyOf(type: ResourceType): Strategy {
  if (type.custom !== undefined) return custom;
  return builtin[`${type.group}/${type.plural}`] ?? plain;
}
