import type { KubeObject } from '../../../core/resource.ts';
import { podFrom } from '../../cluster/pods.ts';
import type { LabelSelector, Pod, PodTemplate } from '../../cluster/types.ts';
import { type ControllerRevision, revisionHashLabel, templateOf } from '../revisions.ts';

export type StatefulSet = KubeObject & {
  spec: {
    replicas?: number;
    serviceName?: string;
    minReadySeconds?: number;
    revisionHistoryLimit?: number;
    podManagementPolicy?: 'OrderedReady' | 'Parallel';
    ordinals?: { start?: number };
    updateStrategy?: { type?: string; rollingUpdate?: { partition?: number } };
    selector: LabelSelector;
    template: PodTemplate;
    volumeClaimTemplates?: KubeObject[];
  };
  status?: { currentRevision?: string; updateRevision?: string; [field: string]: unknown };
};

const podNameLabel = 'statefulset.kubernetes.io/pod-name';
const podIndexLabel = 'apps.kubernetes.io/pod-index';

export function ordinalOf(set: StatefulSet, pod: Pod): number | undefined {
  const rest = pod.metadata.name.slice(set.metadata.name.length + 1);
  return pod.metadata.name.startsWith(`${set.metadata.name}-`) && /^\d+$/.test(rest) ? Number(rest) : undefined;
}

/** The claims of the pod with this ordinal; they outlive it. */
export function claimsOf(set: StatefulSet, ordinal: number): KubeObject[] {
  return (set.spec.volumeClaimTemplates ?? []).map((template) => ({
    ...structuredClone(template),
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: `${template.metadata.name}-${set.metadata.name}-${ordinal}`,
      namespace: set.metadata.namespace ?? '',
      labels: { ...template.metadata.labels, ...set.spec.selector.matchLabels },
      ...(template.metadata.annotations === undefined ? {} : { annotations: template.metadata.annotations }),
    },
  }));
}

export function podAt(set: StatefulSet, ordinal: number, revision: ControllerRevision): Pod {
  const name = `${set.metadata.name}-${ordinal}`;
  const labels = {
    [podNameLabel]: name,
    [podIndexLabel]: String(ordinal),
    [revisionHashLabel]: revision.metadata.name,
  };
  const pod = podFrom(set, templateOf(revision), name, labels);
  pod.metadata.generateName = `${set.metadata.name}-`;
  const templates = set.spec.volumeClaimTemplates ?? [];
  const claimed = new Set(templates.map(({ metadata }) => metadata.name));
  const claims = templates.map(({ metadata }) => ({
    name: metadata.name,
    persistentVolumeClaim: { claimName: `${metadata.name}-${set.metadata.name}-${ordinal}` },
  }));
  pod.spec.volumes = [...(pod.spec.volumes ?? []).filter((volume) => !claimed.has(volume.name)), ...claims];
  pod.spec.hostname = name;
  if (set.spec.serviceName) pod.spec.subdomain = set.spec.serviceName;
  return pod;
}
