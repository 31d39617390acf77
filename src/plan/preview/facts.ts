import type { ServiceObject } from '../../api/service.ts';
import type { PullRequestFacts } from '../../core/pull-request.ts';
import type { KubeObject } from '../../core/resource.ts';
import type { Failure, Result } from '../../core/result.ts';
import type { ClusterSecret } from '../facts.ts';

/** All that the plan of a Service's previews knows of the world. What could not be had is a failed `Result`. */
export type PreviewFacts = Readonly<{
  /** Key of the installation: seals what only the controller may have made. */
  installationKey: string;
  settings: PreviewSettings;
  /** Undefined where nothing was asked: a deletion needs no answer. */
  pullRequests?: PullRequestFacts;
  /** Why nothing can be said on them. */
  unsaid?: Failure;
  /** Answers for the pull requests that `filesToAsk` named, by number. */
  changedFiles: Readonly<Record<number, Result<readonly string[]>>>;
  /** Tags of the Service's `containerRegistry`; undefined without one, and before the first answer. */
  tags?: Result<readonly string[]>;
  /** Answers for the tags that `previewTagsToProbe` named. */
  pullable: Readonly<Record<string, Result<Readonly<{ digest: string }>>>>;
  clusterSecrets: readonly ClusterSecret[];
  /** All namespaces that say they are a preview, and those of the names that this plan may want. */
  namespaces: readonly PreviewNamespace[];
  /** All Services in those namespaces, as the API server has them. */
  services: readonly KubeObject[];
  /** The Services that `include` names, by name, in its order. */
  included: Readonly<Record<string, ServiceObject>>;
  /** Previews of all other Services. */
  others: readonly OtherPreview[];
  /** Labels of the Service's own namespace. */
  namespaceLabels: Readonly<Record<string, string>>;
  /** Deployments and StatefulSets of the namespaces that `namespacesToScale` named. */
  workloads: readonly Workload[];
  /** Those of these namespaces whose workloads may not be listed. */
  unlisted: readonly string[];
}>;

export type PreviewSettings = Readonly<{
  /** Whether the installation has previews: the controller has the rights for them. */
  enabled: boolean;
  /** Milliseconds between looks at an image that cannot be pulled yet. */
  imagePollMs: number;
  /** Previews of all Services together that run at a time. */
  maxPreviews: number;
  /** ServiceAccount of the runner Jobs in a preview's namespace. */
  serviceAccount: string;
  controllerNamespace: string;
  /** The GitHub of Services that name none. */
  apiUrl: string;
  /** Secret in the controller's namespace with the login of Services that name none. */
  secretName?: string;
  /** What every namespace of a preview has beside our own labels, for example for quotas by label. */
  namespaceLabels: Readonly<Record<string, string>>;
  /** Spec of a ResourceQuota, and of a NetworkPolicy, in every namespace. */
  resourceQuota?: Readonly<Record<string, unknown>>;
  networkPolicy?: Readonly<Record<string, unknown>>;
}>;

/** What counts against the previews of all Services together. */
export type OtherPreview = Readonly<{ service: string; number: number; activity: string }>;

export type PreviewNamespace = Readonly<{
  name: string;
  uid: string;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  creationTimestamp: string;
  terminating: boolean;
}>;

export type Workload = Readonly<{
  apiVersion: string;
  kind: string;
  namespace: string;
  name: string;
  /** Helm release that it belongs to. */
  release: string;
  replicas: number;
  /** What it had before it was put to sleep. */
  awakeReplicas?: number;
}>;

/** Whose previews these are; `service` is undefined when it is gone and left some behind. */
export type Parent = Readonly<{ namespace: string; name: string; service?: ServiceObject }>;
