import type { Failure } from '../../core/result.ts';
import type { RunEnd, TerraformPurpose } from '../../core/terraform-run.ts';
import type { ClusterSecret, Peer, Settings } from '../facts.ts';
import type { ImageFacts } from '../image.ts';

/** All that the plan of a Terraform knows of the world. */
export type TerraformFacts = ImageFacts &
  Readonly<{
    /** Key of the installation for hashes of data that holds secrets. */
    installationKey: string;
    settings: Settings;
    /** All Secrets labelled `alustan.io/secret-type=cluster` in the controller's namespace. */
    clusterSecrets: readonly ClusterSecret[];
    /** Services and Terraforms that this one needs, near or far, and those that list it. */
    peers: readonly Peer[];
    /** Why nothing can be done as its ServiceAccount: it is not there, or not for runs. Tags are not read then. */
    noAccount?: Failure;
    /** Jobs owned by this object (by uid). The one that `status.job` names is looked up live when the cache lacks it. */
    jobs: readonly Run[];
    /** Pods and Jobs that have not ended yet, of runs whose Job is gone or belonged to an object of the same name. */
    strays: readonly string[];
    /**
     * Secret values of `spec.env` and `spec.envFrom`, and all of `secretValues`, as they are and as they were while it ran;
     * told where a run has just ended.
     */
    givenSecrets: readonly string[];
    /**
     * What is kept of the variables of deploys, by their hash; absent where the Secret is gone. Read where something is to be
     * destroyed or unlocked with them, and where a run with them has just ended.
     */
    kept: Readonly<Record<string, Kept>>;
    namespaceTerminating: boolean;
  }>;

/** Variables of a deploy and what in them is secret; or why they cannot be had, as the end of a sentence. */
export type Kept =
  | Readonly<{ variables: Readonly<Record<string, string>>; sensitive: readonly string[] }>
  | Readonly<{ problem: string }>;

/** A Job that runs a script. */
export type Run = Readonly<{
  name: string;
  uid: string;
  purpose: TerraformPurpose;
  inputsHash: string;
  attempt: number;
  /** Image that it runs. */
  image?: string;
  /** Hash of its variables. */
  variables?: string;
  /** Hash of what decides how its pod comes about. */
  podHash?: string;
  phase: 'active' | 'succeeded' | 'failed';
  /** Whether its script runs, or has run; until then nothing is lost by removing the Job. */
  began: boolean;
  /** Whether a pod of it is there that has not ended. */
  alive: boolean;
  /** Of an active Job: no pod has been made for it. */
  podless?: true;
  /** Of an active Job: what holds it up, for example that its image cannot be pulled. */
  message?: string;
  /** RFC 3339; of an active Job whose pod is being deleted: when its grace is over. */
  endsBy?: string;
  /** RFC 3339. */
  finishedAt?: string;
  /** How it ended; only of the recorded run whose end is not in status yet. */
  end?: RunEnd;
}>;
