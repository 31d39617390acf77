import { parseService, type ServiceObject } from '../api/service.ts';
import type { Key } from '../core/key.ts';
import type { KubeObject } from '../core/resource.ts';
import type { Settings } from '../plan/facts.ts';
import { knownPreviews, sceneOf } from '../plan/preview/collect.ts';
import type { PreviewNamespace } from '../plan/preview/facts.ts';
import { originOf, previewAnnotations, previewLabels } from '../plan/preview/identity.ts';
import type { PreviewOrigin } from '../plan/service/facts.ts';
import type { Looker } from '../source/cluster/watches.ts';
import type { Caches } from './caches.ts';
import { previewKey } from './preview/key.ts';

type Tools = Readonly<{
  caches: Pick<Caches, 'services' | 'namespaces'>;
  installationKey: string;
  settings: Pick<Settings, 'runner'>;
}>;

/** Of what this Service is a preview, by seals that only the controller can have made. */
export function originOfService({ caches, installationKey }: Tools, service: ServiceObject): PreviewOrigin | undefined {
  const { namespace, name } = service.metadata;
  const live = caches.services.get({ namespace, name });
  const around = caches.namespaces.get({ name: namespace });
  if (live === undefined || around?.metadata.labels?.[previewLabels.preview] === undefined) return undefined;
  return originOf(installationKey, previewNamespace(around), live);
}

/**
 * Chart and registry are read with the Secrets and the rights of the original, in its namespace: no credentials are
 * copied to the namespace of a preview.
 */
export function readerOf({ caches, settings }: Tools, origin: PreviewOrigin, looker: Looker): Looker {
  const { namespace, name } = origin;
  const live = caches.services.get({ namespace, name });
  const parsed = live === undefined ? undefined : parseService(live);
  const own = parsed?.ok === true ? parsed.value.spec.serviceAccountName : undefined;
  return { ...looker, namespace, serviceAccount: own ?? settings.runner.serviceAccount };
}

/** Namespaces in which a Service has previews. */
export function previewNamespaces({ caches, installationKey }: Tools, service: ServiceObject): string[] {
  const spaces = previewSpaces(caches);
  const { namespace, name } = service.metadata;
  const facts = { installationKey, namespaces: spaces.map(previewNamespace), services: servicesOf(caches, spaces) };
  const known = knownPreviews(sceneOf({ namespace, name, service }, facts, new Date(0)));
  return known.flatMap((preview) => preview.namespace?.name ?? []);
}

/** All namespaces that say they are a preview's. */
export function previewSpaces({ namespaces }: Pick<Caches, 'namespaces'>): readonly KubeObject[] {
  return namespaces.list().filter(({ metadata }) => metadata.labels?.[previewLabels.preview] !== undefined);
}

export function servicesOf({ services }: Pick<Caches, 'services'>, spaces: readonly KubeObject[]): KubeObject[] {
  return spaces.flatMap(({ metadata }) => services.by('namespace', metadata.name));
}

/** The Service whose pass of previews concerns itself with this one. */
export function originKey({ metadata }: KubeObject): Key | undefined {
  const [namespace, name] = (metadata.annotations?.[previewAnnotations.of] ?? '').split('/');
  if (namespace === undefined || name === undefined || metadata.labels?.[previewLabels.preview] === undefined)
    return undefined;
  return previewKey({ namespace, name });
}

export function previewNamespace({ metadata }: KubeObject): PreviewNamespace {
  const { name, uid = '', labels = {}, annotations = {}, creationTimestamp = '', deletionTimestamp } = metadata;
  return { name, uid, labels, annotations, creationTimestamp, terminating: deletionTimestamp !== undefined };
}
