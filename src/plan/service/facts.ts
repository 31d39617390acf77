import type { ObjectHealth } from '../../api/service-status.ts';
import type { ObjectRef } from '../../core/plan.ts';
import type { Failure, Result } from '../../core/result.ts';
import type { ClusterSecret, Peer, Settings } from '../facts.ts';
import type { ImageFacts } from '../image.ts';

/**
 * All that the plan of a Service knows of the world. Gathering it never fails: what could not be had is a failed
 * `Result`, and what has not been asked for (yet) is absent.
 */
export type ServiceFacts = ImageFacts &
  Readonly<{
    /** Key of the installation for hashes of data that holds secrets (E20). */
    installationKey: string;
    settings: Settings;
    /** All Secrets labelled `alustan.io/secret-type=cluster` in the controller's namespace (E2, E6). */
    clusterSecrets: readonly ClusterSecret[];
    /**
     * The other Services that this one needs, near or far, those that list it, and those that want its release; the
     * Terraforms that `dependencies.terraform` may name.
     */
    peers: readonly Peer[];
    /** Why nothing can be done as its ServiceAccount: it is not there, or not for deliveries. Chart, tags and release are not read then. */
    noAccount?: Failure;
    /** Absent while the first fetch is under way. */
    chart?: Result<Chart>;
    /** The newest record of the Helm release; read after `jobs`, so that a Job seen finished has its release seen. */
    release: Result<Release | undefined>;
    /** Objects of the release with their health (E19), as the manifest orders them; namespaced ones with their namespace. */
    objects: readonly ReleaseObject[];
    /**
     * Runner Jobs owned by this Service (by uid). The one that `status.job` names is looked up live when the cache lacks
     * it: absent here means that it does not exist.
     */
    jobs: readonly Job[];
    namespaceTerminating: boolean;
    /** Set where the controller has made this Service for a preview, and nobody has edited it since. */
    preview?: PreviewOrigin;
    /** Namespaces in which this Service has previews; looked for when it is being deleted (E10). */
    previews?: readonly string[];
  }>;

/** What a Service of a preview may do in the name of the one that it is a preview of. */
export type PreviewOrigin = Readonly<{
  /** Its namespace: where the workspace's Secret must allow that one, and where the Secrets lie that the spec names. */
  namespace: string;
  name: string;
  /** Whether `data` of the cluster Secret may be used. */
  secrets: boolean;
  /** Image that its values name, where it is the pull request's: for people, nothing is chosen by it. */
  image?: string;
}>;

export type Chart = Readonly<{
  /** Commit of a git source; absent for OCI. */
  commit?: string;
  /** Digest of the packed chart, by which the applier finds it: same content, same digest. */
  digest: string;
  name: string;
  version: string;
  /** True when a hook is post-install or post-upgrade (E20). */
  postHooks: boolean;
}>;

export type Release = Readonly<{
  /** Uid of Helm's record of this revision. */
  record: string;
  revision: number;
  /** Helm's own word: `deployed`, `failed`, `pending-install`, `pending-upgrade`, `uninstalling`, … */
  status: string;
  /** RFC 3339: when the last work on this revision began, be it an upgrade, a rollback or an uninstall. */
  since?: string;
  /** Label `alustan.io/inputs`. Helm hands it on when someone upgrades by hand. */
  inputs?: string;
  /** Name and version of the chart, for example `backend-0.1.0`. */
  chart: string;
  message?: string;
  /** A record of the release is of a run that was interrupted. */
  leftovers?: true;
}>;

export type ReleaseObject = Readonly<{
  ref: ObjectRef;
  health: ObjectHealth['health'];
  message?: string;
  /** Helm is told to leave it when the release goes. */
  keep?: true;
}>;

export type Job = Readonly<{
  name: string;
  purpose: 'deliver' | 'uninstall';
  inputsHash: string;
  attempt: number;
  phase: 'active' | 'succeeded' | 'failed';
  /** Of an active Job: no pod has been made for it. */
  podless?: true;
  /** Its runner was stopped from outside (SIGTERM, eviction, its node gone): says nothing of chart and values. */
  interrupted?: true;
  /** The runner's words, masked; for an active Job what holds it up, for example that its pod cannot be created. */
  message?: string;
  /** Revision of the release that the Job made. */
  revision?: number;
  /** RFC 3339. */
  finishedAt?: string;
}>;
