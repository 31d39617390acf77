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
