/** What a run of the user's image is for. */
export type TerraformPurpose = 'deploy' | 'post-deploy' | 'plan' | 'drift' | 'destroy' | 'unlock';

/** A name and what it stands for, as a container's `env` and `envFrom` have it on the wire. */
type OnWire = Readonly<Record<string, unknown>>;

/**
 * One run of the user's image, by its own CMD: `chmod +x $SCRIPT && exec $SCRIPT $ARGS` (E26). The Job has one container,
 * named `terraform`.
 */
export type TerraformRun = Readonly<{
  type: 'terraform';
  purpose: TerraformPurpose;
  /** As the kubelet pulls it: `name:tag`, `name@digest`. */
  image: string;
  /** `SCRIPT`: `./deploy`, or an absolute path. */
  script: string;
  /** `ARGS`: words, separated by spaces. Values stand in them (E28), so they travel in the Secret. */
  args: string;
  /** All variables, placeholders filled. They travel in the Job's Secret only, never in the pod template. */
  variables: Readonly<Record<string, string>>;
  /** What Alustan tells this one run in the same way, and nobody keeps: which plan it is of, whose lock it frees. */
  told: Readonly<Record<string, string>>;
  /** Hash of the variables, by which they are found again; absent where nobody has kept them. */
  variablesHash?: string;
  /** Of a deploy: the Secret that keeps the variables beyond the run (E27), and what in them is secret. */
  keep?: Readonly<{ secret: string; sensitive: readonly string[] }>;
  /** The user's own `env` and `envFrom`, as they are written; `variables` win over both. */
  env: readonly OnWire[];
  envFrom: readonly OnWire[];
  /** Fields of the pod's spec that the user may set: `nodeSelector`, `tolerations`, `affinity`, … */
  pod: OnWire;
  /** Fields of the container: `resources`, `securityContext`, `volumeMounts`. */
  container: OnWire;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  /** Hash of all that decides how its pod comes about: the four fields above, and its ServiceAccount. */
  podHash: string;
  /** Seconds that the script may take. */
  timeoutSeconds: number;
  /** Seconds between SIGTERM and SIGKILL: Terraform needs them to write its state and to release its lock. */
  graceSeconds: number;
}>;

/** What is kept of the variables of a deploy, in a Secret beside its object: their names are its keys. */
export const keptVariables = {
  /** Annotation of the Secret, and of every Job of a Terraform: hash of the variables. */
  annotation: 'alustan.io/variables',
  /** Key with the values in them that are secret, as JSON; no variable may be called so. */
  sensitive: 'ALUSTAN_SENSITIVE',
  type: 'alustan.io/variables',
} as const;

/** Environment of every run, beside SCRIPT, ARGS and the variables. */
export const terraformEnvironment = {
  script: 'SCRIPT',
  args: 'ARGS',
  /** `<namespace>/<name>/<uid of the Job>`: who holds a lock that this run takes. */
  owner: 'ALUSTAN_OWNER',
  /** Of an unlock: the owner whose lock is to be freed. */
  lockOwner: 'ALUSTAN_LOCK_OWNER',
  /** Of an unlock: the Job of that owner, with whose name the name of its pod begins. */
  lockJob: 'ALUSTAN_LOCK_JOB',
  /** Of an unlock: `true` where a person has asked for it, whoever holds the lock. */
  forceUnlock: 'ALUSTAN_FORCE_UNLOCK',
  /** With `approval: manual`, of a plan and of the deploy of it once it is approved: hash of the plan, 16 hex digits. */
  plan: 'ALUSTAN_PLAN',
  namespace: 'ALUSTAN_NAMESPACE',
  name: 'ALUSTAN_NAME',
  /** Uid of the Job. */
  job: 'ALUSTAN_JOB_UID',
} as const;

/** Exit code of a deploy of an approved plan: that plan is stale or lost, and nothing was changed (sysexits' TEMPFAIL). */
export const stalePlanCode = 75;
/** Exit code of a plan or a look for drift that has found something (Terraform's `-detailed-exitcode`). */
export const foundChangesCode = 2;

/** Bytes of output that are read of a run, and kept in status (E29). */
export const outputLimit = 256 * 1024;
/** Lines of a log that are kept. */
export const tailLines = 20;

/** What a finished run tells, read from its Job, its pod and the pod's log. Secrets are masked by the plan, not here. */
export type RunEnd = Readonly<{
  /** Exit code of the script; absent where it never ran, or the pod is gone. */
  exitCode?: number;
  /**
   * CamelCase, Kubernetes' own word where it has one: `OOMKilled`, `Evicted`, `DeadlineExceeded`, `ImagePullBackOff`,
   * `ErrImagePull`, `CreateContainerConfigError`, `StartError` (no shell, script not executable), `PodLost` (deleted, or
   * its node is gone), `Error` (the script ended with `exitCode`). Absent after success.
   */
  reason?: string;
  /** For people, Kubernetes' own words: for example which image could not be pulled, and why. */
  message?: string;
  /** The log, stdout and stderr as they came, cut to `outputLimit` bytes; absent where there is no log (any more). */
  output?: string;
  /** True where the log is longer than `outputLimit`. */
  outputTooLarge?: boolean;
  /** The last lines of the log, `tailLines` at most, oldest first; also where `output` is cut. */
  tail: readonly string[];
}>;
