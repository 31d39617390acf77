import type { Outcome } from './outcome.ts';
import type { CommitState, CredentialsRef, DeploymentState, ForgeRepository } from './pull-request.ts';
import type { KubeObject } from './resource.ts';
import type { TerraformRun } from './terraform-run.ts';

/** An API object to name in an action. `apiVersion` as on the wire, for example `batch/v1`. */
export type ObjectRef = Readonly<{ apiVersion: string; kind: string; namespace?: string; name: string }>;

type Referred = Pick<KubeObject, 'apiVersion' | 'kind' | 'metadata'>;

export function refOf({ apiVersion, kind, metadata: { namespace, name } }: Referred): ObjectRef {
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

/** For people: `Service shop/api`. */
export function tellRef({ kind, namespace, name }: ObjectRef): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

/** Impersonated ServiceAccount: what touches a tenant's objects is done with the tenant's rights (design: Rights). */
export type ActAs = Readonly<{ namespace: string; serviceAccount: string }>;

/** One step towards the desired state. Plain data; every applier carries it out idempotently and never blocks. */
export type Action =
  /** Fails where the object is gone, is being deleted, or is another of that name: nothing may begin that it would hold. */
  | Readonly<{ type: 'add-finalizer'; object: ObjectRef & Readonly<{ uid?: string }>; finalizer: string }>
  | Readonly<{ type: 'remove-finalizer'; object: ObjectRef; finalizer: string }>
  /** Record the Job's name in the owner's status before it is created (E20), then create Secrets and Job. */
  | Readonly<{ type: 'run-job'; job: JobRequest }>
  | Readonly<{
      type: 'delete-object';
      object: ObjectRef;
      actAs?: ActAs;
      propagation?: 'Background' | 'Foreground';
      /** True where missing rights must not stop what follows. */
      bestEffort?: boolean;
      /** Another object of the same name is left alone. */
      uid?: string;
    }>
  /** Fails where there is one of that name: what others made is never taken over. */
  | Readonly<{ type: 'create-object'; object: KubeObject }>
  /** Creates it, or makes the spec of the one that is there this one: what others have added to it goes, unlike by an apply. */
  | Readonly<{ type: 'replace-object'; object: KubeObject }>
  /** A JSON merge patch (RFC 7396); with `metadata.resourceVersion` in it, only of the object as it was read. */
  | Readonly<{ type: 'patch-object'; object: ObjectRef; patch: Readonly<Record<string, unknown>> }>
  | Readonly<{
      type: 'apply-object';
      object: KubeObject;
      actAs?: ActAs;
      force: boolean;
      /** Where the object was written, for messages, for example `apps/api.yaml:12`. */
      origin?: string;
      /** True where one of that name without the same controller (owner reference) is left alone: that is a failure. */
      owned?: boolean;
    }>
  | FeedbackAction;

/** Where feedback goes, and with whose login. */
type Feedback = Readonly<{
  repository: ForgeRepository;
  credentials?: CredentialsRef;
  /** Whose words these are: the Service, as `namespace/name`. */
  section: string;
  /** The last words on something that is over: where they cannot be said, nobody has to mend it. */
  last?: true;
}>;

/**
 * What is said on a pull request. Nothing is written when the forge says it already; a failure to say it is told as a
 * warning, and is never the outcome of the delivery. Texts are Markdown: what others wrote goes through
 * `core/markdown.ts` first.
 */
export type FeedbackAction =
  /**
   * One comment for each pull request and `marker`, edited and never repeated: `heading`, then the sections of all who
   * write to it, in the order of their names. A section without a body is taken out.
   */
  | (Feedback &
      Readonly<{
        type: 'comment-upsert';
        number: number;
        /** Hidden in the comment, by which it is found again: `[a-z0-9-]`. */
        marker: string;
        heading: string;
        body?: string;
        /** Secret values that the body may quote, to be masked. */
        sensitive: readonly string[];
      }>)
  /**
   * Of the newest commit of a pull request: a newer one takes the place of what could not be said of an older. `context` is
   * the status's name: `alustan/preview/<namespace>/<service>`. Descriptions are cut at 140 characters.
   */
  | (Feedback &
      Readonly<{
        type: 'commit-status';
        number: number;
        sha: string;
        context: string;
        state: CommitState;
        description: string;
        targetUrl?: string;
      }>)
  /** A Deployment of `sha` to `environment`, made when there is none, and its newest state. */
  | (Feedback &
      Readonly<{
        type: 'deployment';
        sha: string;
        environment: string;
        state: DeploymentState;
        description: string;
        environmentUrl?: string;
      }>);

/** A runner Job to be created, without the bytes of the chart: the applier gets those by digest. */
export type JobRequest = Readonly<{
  owner: ObjectRef & Readonly<{ uid: string }>;
  /** Job name = release, hash, attempt (E20). */
  name: string;
  namespace: string;
  attempt: number;
  inputsHash: string;
  serviceAccount: string;
  run: HelmInstall | HelmUninstall | TerraformRun;
}>;

/** A lock of Helm on a release that is proven dead: what a runner may free, and nothing else. */
export type DeadLock = Readonly<{
  /** Uid of Helm's record of the revision that is locked. */
  record: string;
  revision: number;
  /** For people: how it is known, for example `its Job api-1 has ended`. */
  proof: string;
}>;

export type HelmInstall = Readonly<{
  type: 'helm-install';
  release: string;
  namespace: string;
  unlock?: DeadLock;
  /**
   * Helm's records of the release hold no lock, and nothing that an interrupted run left: the runner need not read them.
   * Over a lock that came since, Helm itself does nothing.
   */
  clean?: true;
  /** Digest by which the applier finds the packed chart. */
  chartDigest: string;
  /** Final values, placeholders filled. May hold secrets: they travel in a Secret only. */
  values: Readonly<Record<string, unknown>>;
  /** Secret values inside `values`: the runner masks them in all that it prints (E2). */
  sensitive: readonly string[];
  /** Labels for the Helm release, `alustan.io/inputs` among them. */
  labels: Readonly<Record<string, string>>;
  /** True where post-install or post-upgrade hooks must see ready workloads (E20). */
  wait: boolean;
  conflicts: 'force' | 'fail';
  /** Seconds that Helm may take. */
  timeoutSeconds: number;
}>;

export type HelmUninstall = Readonly<{
  type: 'helm-uninstall';
  release: string;
  namespace: string;
  unlock?: DeadLock;
  timeoutSeconds: number;
}>;

/**
 * Groups run in order; the steps of a group may run in parallel. After a group with a failure no later one runs,
 * unless it says `continueOnError`: then they run, and the failure is the outcome all the same.
 */
export type Group = Readonly<{ name: string; actions: readonly Action[]; continueOnError?: boolean }>;

/**
 * What a planner says: what to do, and what the object's situation is if all of it is accepted.
 * `Report` is what the kind shows in its status beside state and conditions.
 */
export type Plan<Report> = Readonly<{
  /** What is being delivered, for people: image tag, commit, or both. */
  revision: string;
  groups: readonly Group[];
  outcome: Outcome;
  report: Report;
  /** The report is written before anything is done; a plan that runs a Job is carried out like that in any case. */
  reportFirst?: true;
  /** Where it matters that an action succeeds: the report when one has failed. */
  unsettled?: Report;
}>;
