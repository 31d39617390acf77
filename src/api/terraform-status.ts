import { z } from 'zod';
import { situation, time } from './common.ts';
import { blocker, wait, warnings } from './service-status.ts';
import { outsideWindow } from './window.ts';

const purposes = ['deploy', 'post-deploy', 'plan', 'drift', 'destroy', 'unlock'] as const;

/** A run as status remembers it: written before its Job is created, so that none is ever run twice (E31). */
const run = z
  .object({
    name: z.string().describe('Name of the Job; its log is there: `kubectl logs job/NAME`.'),
    uid: z.string().optional().describe('Uid of the Job, once it has been seen.'),
    began: z.boolean().optional().describe('True once its script has been seen running.'),
    removed: z.boolean().optional().describe('True where its Job is removed before its script has begun.'),
    purpose: z.enum(purposes).describe('Which script it runs.'),
    attempt: z.int().describe('Number of the Job among those of this object.'),
    inputsHash: z.string().describe('Hash of what it was made from: image, script, variables.'),
    image: z.string().optional().describe('Image that it runs.'),
    variables: z
      .string()
      .optional()
      .describe('Hash of its variables; `spec` where a destroy was given those of the spec by a person.'),
    startedAt: time.describe('When it was recorded.'),
    phase: z.enum(['succeeded', 'failed']).optional().describe('How it ended; absent while it runs.'),
    finishedAt: time.optional().describe('When it ended.'),
    failures: z.int().optional().describe('Failures in a row of the same inputs.'),
    interruptions: z.int().optional().describe('Runs in a row of the same inputs that were ended from outside.'),
    interruption: z.string().optional().describe('Why the run before this one was ended.'),
    exitCode: z.int().optional().describe('Exit code of the script.'),
    reason: z
      .string()
      .optional()
      .describe('Why it failed, for machines: `OOMKilled`, `Evicted`, `ImagePullBackOff`, …'),
    message: z.string().optional().describe('Why it failed, for people.'),
    tail: z
      .array(z.string())
      .optional()
      .describe('Last lines of its log, secrets masked; of a `post-deploy` only where it failed.'),
  })
  .describe('The last run.');

const lock = z
  .object({
    owner: z.string().describe('`<namespace>/<name>/<uid of the Job>`, or without the uid where nobody knows it.'),
    job: z.string().describe('Name of the Job.'),
    since: time.describe('When the Job was seen dead.'),
    run: run.optional().describe('The run: its failures count on, once the lock is free.'),
  })
  .describe('The run that died before it could free the lock of the state.');

const plan = z
  .object({
    hash: z.string().describe('What to write into the annotation `alustan.io/approve`.'),
    inputsHash: z
      .string()
      .describe('Hash of what would be deployed (image with its digest, script, variables) and of the plan script.'),
    summary: z
      .string()
      .describe(
        '`+a ~c −d`: how much is added, changed, destroyed, one after the other where the script plans several folders; or `no changes`.',
      ),
    secret: z.string().describe('Secret of this namespace whose key `plan` holds the text.'),
    truncated: z.boolean().optional().describe('True where the text is longer than the Secret holds.'),
    createdAt: time.describe('When the plan was made.'),
    nothing: z
      .boolean()
      .optional()
      .describe('True where the plan script has said by its exit code that nothing would change.'),
    approvedAt: time.optional().describe('When the approval was seen.'),
    appliedAt: time.optional().describe('When its deploy succeeded, or it was seen that nothing would change.'),
    spent: z
      .string()
      .optional()
      .describe('Why it is applied no more though it was approved: its deploy failed, or the plan was stale.'),
    replaces: z.string().optional().describe('Why the approved plan before this one was not applied to its end.'),
  })
  .describe('The plan that waits for approval, or was approved last.');

const drift = z
  .object({
    drifted: z.boolean().describe('Whether the infrastructure is not as it was deployed.'),
    summary: z
      .string()
      .optional()
      .describe('How much drifted: `+a ~c −d`, where the check tells; of another tool than Terraform its last line.'),
    resources: z
      .array(z.string())
      .optional()
      .describe('What drifted: addresses as Terraform prints them, secrets masked, at most 20.'),
    checkedAt: time.describe('When it was looked for last.'),
    error: z.string().optional().describe('Why the last look has failed.'),
    correctedAt: time.optional().describe('When a deploy against drift was last begun.'),
  })
  .describe('What the last look for drift has found.');

const attempt = z.object({
  image: z.string().describe('Image of the deploy; `destroy` runs it.'),
  variables: z.string().optional().describe('Hash of its variables, which a Secret keeps for `destroy`.'),
});

/** What the plan reports, beside state, message and conditions. */
const terraformReport = z.object({
  image: z.string().optional().describe('Image that is deployed, or under way, as `name:tag`.'),
  lastAppliedImage: z.string().optional().describe('Image whose deploy succeeded last; `destroy` runs it.'),
  lastAppliedHash: z
    .string()
    .optional()
    .describe('Hash of what is deployed; absent while a deploy runs, and after it failed.'),
  lastAppliedAt: time.optional().describe('When that deploy ended.'),
  lastAppliedVariables: z
    .string()
    .optional()
    .describe('Hash of the variables of that deploy; a Secret beside the object keeps them for `destroy`.'),
  attempts: z
    .array(attempt)
    .optional()
    .describe(
      'Deploys since then that have begun and failed, by their variables, newest first, at most 5: what they may have made is destroyed, too.',
    ),
  postDeployHash: z.string().optional().describe('Hash of what the outputs were made from.'),
  postDeployOutput: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('What `postDeploy` has printed under `outputs`, as it is; sensitive outputs left out.'),
  published: z.array(z.string()).optional().describe('Keys that were written into the cluster Secret.'),
  publishedHash: z
    .string()
    .optional()
    .describe('Hash of their values, by which it is seen whether they are there still.'),
  plan: plan.optional(),
  drift: drift.optional(),
  lock: lock.optional(),
  blockedBy: z.array(blocker).optional().describe('What has to be delivered first, nearest first, at most 10.'),
  blockedByMore: z.int().optional().describe('How many more there are, farther down the chain.'),
  waiting: wait.optional(),
  warnings: warnings.optional(),
  job: run.optional(),
  runs: z
    .int()
    .optional()
    .describe('Number of the newest Job: no name is used twice, and no old Job taken for a new one.'),
  lastHandledRetry: z.string().optional().describe('Value of the annotation `alustan.io/retry` that was acted on.'),
  lastHandledOutsideWindow: outsideWindow.optional(),
  lastHandledUnlock: z
    .string()
    .optional()
    .describe('Value of the annotation `alustan.io/force-unlock` that was acted on.'),
});

export const terraformStatus = terraformReport
  .extend(situation)
  .extend({
    state: z
      .enum(['Progressing', 'Error', 'Success', 'Failed', 'Blocked', 'Completed'])
      .optional()
      .describe('See states.md.'),
  })
  .describe('What the controller last saw.');

export type RunRecord = z.infer<typeof run>;
export type TerraformReport = z.infer<typeof terraformReport>;
export type TerraformStatus = z.infer<typeof terraformStatus>;
