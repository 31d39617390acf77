import { keyedHash } from '../../core/hash.ts';
import type { Action } from '../../core/plan.ts';
import type { KubeObject } from '../../core/resource.ts';
import type { Preview, Stage } from './draft.ts';
import type { PreviewNamespace } from './facts.ts';
import { previewAnnotations as annotation, environmentId, previewLabels, sealNamespace } from './identity.ts';

/** What else lies in the namespace of a preview, hashed: applied again when the options change. */
const content = 'alustan.io/preview-content';
const podSecurity = /^pod-security\.kubernetes\.io\//;
const objectName = 'alustan-preview';

/** The name that a new namespace gets: another one where the plain name is somebody else's (E15); undefined: both are. */
export function freeName({ facts }: Stage, { names }: Preview): string | undefined {
  const taken = new Set(facts.namespaces.map(({ name }) => name));
  return [names.namespace, names.otherNamespace].find((name) => !taken.has(name));
}

/** A namespace that says by whom and for what it was made. It is created and never applied: no other is taken over. */
export function namespaceFor(stage: Stage, preview: Preview, branch: string, name: string): KubeObject {
  const { facts, parent, repository, now } = stage;
  const labels = {
    ...labelsOf(stage),
    [previewLabels.managedBy]: 'alustan',
    [previewLabels.preview]: 'true',
    [previewLabels.id]: environmentId(parent.namespace, repository, preview.number),
    [previewLabels.number]: String(preview.number),
  };
  const annotations: Record<string, string> = {
    [annotation.of]: parent.namespace,
    [annotation.madeFor]: parent.name,
    [annotation.repository]: preview.repository,
    [annotation.branch]: branch,
    [annotation.created]: now.toISOString(),
  };
  annotations[annotation.seal] = sealNamespace(facts.installationKey, { name, labels, annotations });
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels, annotations } };
}

/** Labels of the installation, and the pod security of the Service's own namespace. */
function labelsOf({ facts }: Stage): Record<string, string> {
  const inherited = Object.entries(facts.namespaceLabels).filter(([key]) => podSecurity.test(key));
  return { ...Object.fromEntries(inherited), ...facts.settings.namespaceLabels };
}

/** What the namespace still lacks: labels, quota and network policy of the installation. */
export function furnish(stage: Stage, { name, uid, annotations }: PreviewNamespace): Action[] {
  const { resourceQuota, networkPolicy } = stage.facts.settings;
  const labels = labelsOf(stage);
  const hash = keyedHash('content', { resourceQuota, networkPolicy, labels }).slice(0, 16);
  if (annotations[content] === hash) return [];
  const metadata = { name: objectName, namespace: name, labels: { [previewLabels.managedBy]: 'alustan' } };
  const objects: KubeObject[] = [
    ...(resourceQuota === undefined
      ? []
      : [{ apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: resourceQuota }]),
    ...(networkPolicy === undefined
      ? []
      : [{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec: networkPolicy }]),
    // With its uid: one that is gone by now is not made again without a seal, and a later one of that name not touched.
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name, uid, labels, annotations: { [content]: hash } } },
  ];
  return objects.map((object) => ({ type: 'apply-object', object, force: true }));
}
