import { z } from 'zod';
import { situation, time } from './common.ts';
import { previewReport } from './preview.ts';
import { outsideWindow } from './window.ts';

/** A runner Job as status remembers it: written before the Job is created, so that none is ever run twice (E20). */
const jobRecord = z
  .object({
    name: z.string().describe('Name of the Job.'),
    purpose: z.enum(['deliver', 'uninstall']).describe('What the Job does.'),
    attempt: z.int().describe('Number of the Job among those of the same inputs.'),
    inputsHash: z.string().describe('Hash of what is delivered: release, chart and values.'),
    startedAt: time.describe('When the Job was recorded.'),
    phase: z.enum(['succeeded', 'failed']).optional().describe('How the Job ended; absent while it runs.'),
    finishedAt: time.optional().describe('When the Job ended.'),
    failures: z.int().optional().describe('Failed Jobs in a row of the same inputs.'),
    interruptions: z
      .int()
      .optional()
      .describe('Jobs in a row of the same inputs whose runner was interrupted; the first five are no failures.'),
    interruption: z.string().optional().describe('Why the runner before this one was interrupted.'),
    message: z.string().optional().describe("The runner's last words."),
    image: z.string().optional().describe('The image that the Job delivers.'),
    revision: z.int().optional().describe('Revision of the Helm release that the Job made.'),
  })
  .describe('The last runner Job.');

export const blocker = z.object({
  kind: z.string().describe('Kind of what is waited for.'),
  name: z.string().describe('Its name, in the same namespace.'),
  state: z.string().describe('Its state, or `Missing`.'),
  message: z.string().optional().describe('Its own message.'),
  since: time.optional().describe('Since when it has been so.'),
});

const objectHealth = z.object({
  kind: z.string().describe('Kind of the object.'),
  namespace: z.string().optional().describe('Namespace, when it is not the own one.'),
  name: z.string().describe('Name of the object.'),
  health: z
    .enum(['Current', 'InProgress', 'Failed', 'Terminating', 'NotFound', 'Unknown'])
    .describe('Health by the rules of kstatus.'),
  message: z.string().optional().describe('Why it is not healthy.'),
});

/** E19. */
const healthStatus = z
  .object({
    release: z.string().describe('Name of the Helm release.'),
    revision: z.int().describe('Revision of the Helm release.'),
    status: z.string().describe('Status that Helm gives the release.'),
    chart: z.string().describe('Chart in use, with its version.'),
    image: z.string().optional().describe('Image in use.'),
    objects: z.array(objectHealth).describe('Each object of the release.'),
    message: z.string().optional().describe('The first object that is not healthy, and why.'),
  })
  .describe('Health of the delivery.');

export const wait = z
  .object({
    reason: z.string().describe('What is waited for, for machines.'),
    since: time.describe('Since when.'),
    until: time
      .optional()
      .describe('When a maintenance window opens, its own or that of a dependency: it goes on until then at least.'),
  })
  .describe('The wait that goes on.');

const warning = z.object({
  reason: z.string().describe('Also the type of a condition, for example `ImageNotReferenced`.'),
  message: z.string().describe('What is odd, and what to do.'),
});

export const warnings = z.array(warning).describe('What is odd and stops nothing.');

/** What the plan reports, beside state, message and conditions. */
const serviceReport = z.object({
  image: z.string().optional().describe('Image in use, as `name:tag`.'),
  revision: z.string().optional().describe('Revision of the chart in use: commit, or version of an OCI chart.'),
  healthStatus: healthStatus.optional(),
  blockedBy: z.array(blocker).optional().describe('What has to be delivered first, nearest first, at most 10.'),
  blockedByMore: z.int().optional().describe('How many more there are, farther down the chain.'),
  waiting: wait.optional(),
  warnings: warnings.optional(),
  job: jobRecord.optional(),
  lastHandledRetry: z.string().optional().describe('Value of the annotation `alustan.io/retry` that was acted on.'),
  lastHandledOutsideWindow: outsideWindow.optional(),
  ...previewReport,
});

export const serviceStatus = serviceReport.extend(situation).describe('What the controller last saw.');

export type JobRecord = z.infer<typeof jobRecord>;
export type Blocker = z.infer<typeof blocker>;
export type ObjectHealth = z.infer<typeof objectHealth>;
export type HealthStatus = z.infer<typeof healthStatus>;
export type Warning = z.infer<typeof warning>;
export type ServiceReport = z.infer<typeof serviceReport>;
export type ServiceStatus = z.infer<typeof serviceStatus>;
