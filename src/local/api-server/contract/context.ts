import { randomBytes } from 'node:crypto';
import type { ContractClient, Running } from './client.ts';

/** What every part of the suite gets: the subject, and a namespace of its own. */
export type Context = Readonly<{
  /** Valid within tests and hooks only. */
  client: ContractClient;
  running: Running;
  namespace: string;
}>;

export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString('hex')}`;
}

/** Paths of a namespaced resource of the core group. */
export function corePath(namespace: string, plural: string, name = ''): string {
  return `/api/v1/namespaces/${namespace}/${plural}${name === '' ? '' : `/${name}`}`;
}

export function configMap(name: string, data: Record<string, string> = {}, metadata: Record<string, unknown> = {}) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data };
}

/** A Deployment that makes no Pods, so that no controller of a real cluster meddles. */
export function deployment(name: string, more: Record<string, unknown> = {}) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'main', image: 'example.com/app:1' }] },
      },
      ...more,
    },
  };
}
