import type { ServiceObject, ServiceSpec } from '../../api/service.ts';
import { retryAnnotation } from '../../core/annotations.ts';
import { splitReference } from '../../core/image-reference.ts';
import { replaceImage } from '../../core/image-values.ts';
import { fillPlaceholders } from '../../core/placeholder.ts';
import type { PullRequest } from '../../core/pull-request.ts';
import type { KubeObject } from '../../core/resource.ts';
import type { Preview, Stage } from './draft.ts';
import type { PreviewNamespace } from './facts.ts';
import { rewriteHosts } from './hosts.ts';
import { previewAnnotations as annotation, originOf, previewLabels, sealService } from './identity.ts';
import { followedImage, type ImageChoice } from './image.ts';
import { previewHost, releaseOf } from './names.ts';
import { fillVariables, harmless, overlay, type Values, variablesOf } from './values.ts';

/** A preview with all that its Services are made from. */
export type Site = Readonly<{
  preview: Preview;
  pullRequest: PullRequest;
  namespace: PreviewNamespace;
  image: ImageChoice;
  asleep: boolean;
}>;

/** The Services that a preview consists of: that of its Service, then those that `include` brings along. */
export function servicesOf(stage: Stage, site: Site): KubeObject[] {
  const { service, facts } = stage;
  const others = Object.values(facts.included).filter(({ metadata }) => metadata.name !== service.metadata.name);
  const names = new Set([service, ...others].map(({ metadata }) => metadata.name));
  return [
    sealed(stage, site, service, specOf(stage, site, service, valuesOf(stage, site), names)),
    ...others.map((other) =>
      sealed(stage, site, other, specOf(stage, site, other, hostsOf(stage, site, other), names)),
    ),
  ];
}

/** Whether the one that is there is not the wanted one, or was edited since. */
export function differs({ facts }: Stage, namespace: PreviewNamespace, live: KubeObject, wanted: KubeObject): boolean {
  const { annotations = {} } = wanted.metadata;
  const isSame = Object.entries(annotations).every(([key, value]) => live.metadata.annotations?.[key] === value);
  return !isSame || originOf(facts.installationKey, namespace, live) === undefined;
}

/** In the one spelling that plans read: so it is the same when it comes back from the API server. */
function specOf(stage: Stage, site: Site, of: ServiceObject, values: Values, names: Set<string>): ServiceSpec {
  const { workspace, source, containerRegistry, interval, timeout, retries, suspend, dependencies } = of.spec;
  const isOwn = of.metadata.name === stage.service.metadata.name;
  const follows = !(isOwn && site.image.tag !== undefined);
  return {
    workspace,
    source: { ...source, releaseName: releaseOf(of.metadata.name, site.preview.names), values },
    ...(containerRegistry === undefined || !follows ? {} : { containerRegistry }),
    // What is not brought along is shared with the Service itself, in another namespace.
    dependencies: { service: dependencies.service.filter((name) => names.has(name)), terraform: [] },
    conflicts: 'force',
    suspend: suspend || site.asleep,
    ...Object.fromEntries(Object.entries({ interval, timeout, retries }).filter(([, value]) => value !== undefined)),
  };
}

/** Values of the preview's own Service: overlay, hosts, image. */
function valuesOf(stage: Stage, site: Site): Values {
  const { env, service } = stage;
  const { preview, pullRequest, image } = site;
  const over = fillVariables(env.values ?? {}, variablesOf(pullRequest, preview.names));
  const values = rewriteHosts(overlay(service.spec.source.values, over), hostOf(stage, site));
  const followed = followedImage(stage);
  if (image.tag === undefined || followed === undefined) return values;
  return replaceImage(values, followed, image.tag).values;
}

function hostsOf(stage: Stage, site: Site, of: ServiceObject): Values {
  return rewriteHosts(of.spec.source.values, hostOf(stage, site));
}

/**
 * E14. A placeholder in a host is filled first, where no secret is behind it, so that the length of its labels is known;
 * any other is left to the delivery.
 */
function hostOf({ facts, service }: Stage, { preview }: Site): (host: string) => string {
  const secrets = facts.clusterSecrets.filter(({ environment }) => environment === service.spec.workspace);
  const [secret] = secrets.length === 1 ? secrets : [];
  const lookUp = (name: string) =>
    secret !== undefined && Object.hasOwn(secret.data, name) ? undefined : secret?.annotations[name];
  return (host) => {
    const { value, missing } = fillPlaceholders(host, lookUp);
    // What was filled in, or escaped, is not to be read again by the delivery.
    return missing.length === 0 ? harmless(previewHost(value, preview.names)) : `preview-${preview.names.id}-${host}`;
  };
}

function sealed(stage: Stage, site: Site, of: ServiceObject, spec: ServiceSpec): KubeObject {
  const { preview, namespace } = site;
  const { apiVersion, kind, metadata } = of;
  const labels = {
    [previewLabels.managedBy]: 'alustan',
    [previewLabels.preview]: 'true',
    [previewLabels.number]: String(preview.number),
  };
  const annotations = annotationsOf(stage, site, of);
  const seal = sealService(stage.facts.installationKey, namespace.uid, {
    metadata: { name: metadata.name, annotations },
    spec,
  });
  const where = { name: metadata.name, namespace: namespace.name };
  return {
    apiVersion,
    kind,
    metadata: { ...where, labels, annotations: { ...annotations, [annotation.seal]: seal } },
    spec,
  };
}

function annotationsOf(stage: Stage, site: Site, of: ServiceObject): Record<string, string> {
  const { service, env } = stage;
  const { preview, pullRequest, image } = site;
  const isOwn = of.metadata.name === service.metadata.name;
  const mayUseSecrets = !pullRequest.fork || env.forks?.secrets === true;
  const registry = service.spec.containerRegistry;
  const pinned = isOwn && image.tag !== undefined && registry !== undefined;
  return {
    [annotation.of]: `${service.metadata.namespace}/${service.metadata.name}`,
    [annotation.pullRequest]: String(pullRequest.id),
    [annotation.url]: pullRequest.url,
    [annotation.sha]: pullRequest.headSha,
    [annotation.secrets]: String(mayUseSecrets),
    ...(pinned ? { [annotation.image]: `${splitReference(registry.imageName).name}:${image.tag}` } : {}),
    ...(isOwn && image.from !== undefined ? { [annotation.imageFrom]: image.from } : {}),
    ...(preview.restart === undefined ? {} : { [retryAnnotation]: `preview-${preview.restart}` }),
  };
}
