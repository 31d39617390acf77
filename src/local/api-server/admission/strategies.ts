import { customResourceDefinitions } from '../crd/strategy.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import { batch } from './batch.ts';
import { config } from './config.ts';
import { namespaces } from './namespaces.ts';
import { others } from './others.ts';
import { pods } from './pods.ts';
import { services } from './services.ts';
import type { Strategy } from './strategy.ts';
import { workloads } from './workloads.ts';

const builtin: Record<string, Strategy> = {
  ...workloads,
  ...batch,
  ...config,
  ...others,
  '/pods': pods,
  '/services': services,
  '/namespaces': namespaces,
  'apiextensions.k8s.io/customresourcedefinitions': customResourceDefinitions,
};

const custom: Strategy = {
  generation: 'spec',
  statusLeaves: ['labels', 'annotations', 'finalizers', 'ownerReferences'],
};
const plain: Strategy = {};

export function strategyOf(type: ResourceType): Strategy {
  if (type.custom !== undefined) return custom;
  return builtin[`${type.group}/${type.plural}`] ?? plain;
}
