import type { ManifestProblem } from '../../api/repository-status.ts';
import type { KubeObject } from '../../core/resource.ts';
import type { Result } from '../../core/result.ts';

/** All that the plan of a Repository knows of the world. */
export type RepositoryFacts = Readonly<{
  /** ServiceAccount where `spec.serviceAccountName` says nothing. */
  defaultServiceAccount: string;
  /** Absent while the first look is under way. */
  source?: Result<SourceContent>;
  /**
   * What the cluster holds under the ids (`objectId`) of manifests and inventory, read as the tenant's ServiceAccount;
   * absent: there is no such object.
   */
  live: Readonly<Record<string, KubeObject>>;
  namespaceTerminating: boolean;
}>;

export type SourceContent = Readonly<{
  /** Commit, or digest of an OCI artifact. */
  revision: string;
  manifests: readonly Manifest[];
  /** Files that could not be read: bad YAML, duplicate keys, too large, a link that leaves the repository … */
  problems: readonly ManifestProblem[];
  /** Path of the first `kustomization.yaml`, if there is one. */
  kustomization?: string;
}>;

/** One YAML document that is a Kubernetes object; Lists are already taken apart. */
export type Manifest = Readonly<{
  /** Path in the repository. */
  file: string;
  /** Line of the document's first content, from 1. */
  line: number;
  object: KubeObject;
  /** Whether the API server knows the kind, and its scope; absent when it does not know the kind (yet). */
  namespaced?: boolean;
}>;
