import { jobLabels, ownerLabel } from '../apply/job-shape.ts';
import { trueCondition } from '../core/condition.ts';
import type { Log } from '../core/log.ts';
import type { KubeObject } from '../core/resource.ts';
import type { WatchingClient } from '../kube/client.ts';
import { Reflector, type ReflectorOptions } from '../kube/reflector/reflector.ts';
import type { Indexer } from '../kube/reflector/store.ts';
import { dropBookkeeping } from '../kube/reflector/transform.ts';

export const apiVersion = 'alustan.io/v1alpha1';

/** Index: objects by the one that controls them, as `ownerId` writes it. */
export const byOwner = 'owner';
/** Index: pods by the Job that made them. */
export const byJob = 'job';

/** Index: Jobs and pods by the object whose runs they are, as `objectId` writes it. */
export const byObject = 'object';

/** What the controller itself watches, with its own rights. */
export type Caches = Readonly<{
  services: Reflector;
  terraforms: Reflector;
  repositories: Reflector;
  /** Runner Jobs only. */
  jobs: Reflector;
  /** Pods of runner Jobs only. */
  pods: Reflector;
  /** E2: cluster Secrets of the controller's namespace. */
  clusterSecrets: Reflector;
  namespaces: Reflector;
  /** CustomResourceDefinitions, by name and whether they are served. Nothing waits for its first list. */
  definitions: Reflector;
}>;

export type CacheOptions = Readonly<{
  client: WatchingClient;
  log: Log;
  controllerNamespace: string;
  serviceIndexers: Readonly<Record<string, Indexer>>;
  terraformIndexers: Readonly<Record<string, Indexer>>;
}>;

const runners = `${jobLabels.managedBy}=alustan`;

export function openCaches(options: CacheOptions): Caches {
  const { client, log, controllerNamespace, serviceIndexers, terraformIndexers } = options;
  const open = (of: Omit<ReflectorOptions, 'client' | 'log'>) => new Reflector({ client, log, ...of }).start();
  return {
    services: open({ type: { apiVersion, kind: 'Service' }, indexers: serviceIndexers }),
    terraforms: open({ type: { apiVersion, kind: 'Terraform' }, indexers: terraformIndexers }),
    repositories: open({ type: { apiVersion, kind: 'Repository' } }),
    jobs: open({
      type: { apiVersion: 'batch/v1', kind: 'Job' },
      labelSelector: runners,
      indexers: { [byOwner]: owners, [byObject]: objectNames },
      transform: statusAndAccount,
    }),
    pods: open({
      type: { apiVersion: 'v1', kind: 'Pod' },
      labelSelector: runners,
      indexers: { [byJob]: jobNames, [byObject]: objectNames },
      transform: statusOnly,
    }),
    clusterSecrets: open({
      type: { apiVersion: 'v1', kind: 'Secret' },
      namespace: controllerNamespace,
      labelSelector: 'alustan.io/secret-type=cluster',
    }),
    namespaces: open({ type: { apiVersion: 'v1', kind: 'Namespace' }, transform: statusOnly }),
    definitions: open({
      type: { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
      transform: nameAndState,
    }),
  };
}

/** Resolves when every first list is complete: before that, "not there" would mean nothing. */
export async function synced({ definitions: _, ...caches }: Caches): Promise<void> {
  await Promise.all(Object.values(caches).map((cache) => cache.synced));
}

export async function closeCaches(caches: Caches): Promise<void> {
  await Promise.all(Object.values(caches).map((cache) => cache.stop()));
}

/** Whether the namespace is being deleted. */
export function isTerminating({ namespaces }: Pick<Caches, 'namespaces'>, name: string): boolean {
  return namespaces.get({ name })?.metadata.deletionTimestamp !== undefined;
}

/** With the namespace: an owner lies in that of its objects, whatever an owner reference elsewhere says. */
export function owners({ metadata: { namespace = '', ownerReferences = [] } }: KubeObject): string[] {
  return ownerReferences.filter((owner) => owner.controller === true).map((owner) => ownerId(namespace, owner.uid));
}

/** The value of the index `byOwner`. */
export function ownerId(namespace: string | undefined, uid: string | undefined): string {
  return `${namespace}/${uid}`;
}

export function jobNames(pod: KubeObject): string[] {
  const name = pod.metadata.labels?.['batch.kubernetes.io/job-name'] ?? pod.metadata.labels?.['job-name'];
  return name === undefined ? [] : [`${pod.metadata.namespace}/${name}`];
}

/** The value of the index `byObject`. */
export function objectId(kind: string, namespace: string, name: string): string {
  return `${kind} ${namespace}/${ownerLabel(name)}`;
}

/** What the label holds of a long name is found by `objectId` of that name, too. */
export function objectNames({ metadata: { namespace = '', labels = {} } }: KubeObject): string[] {
  const [kind, name] = [labels[jobLabels.kind], labels[jobLabels.name]];
  return kind === undefined || name === undefined ? [] : [objectId(kind, namespace, name)];
}

/** Metadata without bookkeeping, and the status: most of an object's bytes are what we never read. */
function statusOnly(object: KubeObject): KubeObject {
  const { apiVersion: version, kind, metadata } = dropBookkeeping(object);
  return { apiVersion: version, kind, metadata, status: object['status'] };
}

/** Of a Job, whose account tells who may tidy up after it. */
function statusAndAccount(job: KubeObject): KubeObject {
  const { template } = (job['spec'] ?? {}) as { template?: { spec?: { serviceAccountName?: string } } };
  const serviceAccountName = template?.spec?.serviceAccountName;
  const spec = serviceAccountName === undefined ? {} : { template: { spec: { serviceAccountName } } };
  return { ...statusOnly(job), spec };
}

/** A definition is mostly schema; we want to know whether its kind is served. */
function nameAndState(definition: KubeObject): KubeObject {
  const { apiVersion: version, kind, metadata } = definition;
  const { name, uid = '', resourceVersion = '' } = metadata;
  const established = trueCondition(definition, 'Established') !== undefined;
  return { apiVersion: version, kind, metadata: { name, uid, resourceVersion }, established };
}
