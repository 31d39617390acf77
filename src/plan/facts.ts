/** Facts that the plans of several kinds read. */

export type ClusterSecret = Readonly<{
  name: string;
  resourceVersion: string;
  /** Label `environment`. */
  environment: string;
  annotations: Readonly<Record<string, string>>;
  /** Decoded. */
  data: Readonly<Record<string, string>>;
}>;

/** Another object that this one may depend on, or that may depend on this one. */
export type Peer = Readonly<{
  kind: 'Service' | 'Terraform';
  name: string;
  uid: string;
  creationTimestamp: string;
  deleting: boolean;
  generation: number;
  /** Names of Services, and of Terraforms, that it depends on. */
  dependencies: Dependencies;
  /** Undefined for a Terraform. */
  releaseName?: string;
  /** Condition `Ready` is True. */
  ready: boolean;
  observedGeneration?: number;
  /** True when an input that is not in its spec (chart, tag) has moved since its status was written. */
  inputsMoved?: boolean;
  state?: string;
  message?: string;
  /** When its wait ends by itself, where that is known. */
  until?: string;
  /** lastTransitionTime of its condition `Ready`. */
  since?: string;
}>;

export type Dependencies = Readonly<{ service: readonly string[]; terraform: readonly string[] }>;

/** What an installation has decided for all objects, and what a spec may leave to it. */
export type Settings = Readonly<{
  /** Retries of a failed Job where `spec.retries` says nothing. */
  retryLimit: number;
  /** Milliseconds before the first retry; doubled at each further one. */
  retryDelayMs: number;
  /** Milliseconds; no retry waits longer. */
  retryDelayMaxMs: number;
  /** Milliseconds after which a wait for dependencies is an error (E8: 10 minutes). */
  dependencyTimeoutMs: number;
  /** Milliseconds between looks at an image that cannot be pulled yet. */
  imagePollMs: number;
  /** Bytes of values, as JSON, that the Secrets of a Job may hold. */
  valuesLimitBytes: number;
  /** Namespace of the controller: cluster Secrets lie here, and Jobs for remote clusters run here. */
  controllerNamespace: string;
  runner: Readonly<{
    /** ServiceAccount of Jobs where `spec.serviceAccountName` says nothing. */
    serviceAccount: string;
    /** Seconds that Helm may take where `spec.timeout` says nothing. */
    timeoutSeconds: number;
  }>;
}>;
