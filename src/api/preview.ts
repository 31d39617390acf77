import { z } from 'zod';
import { duration, label, secretRef, time } from './common.ts';

/** GitHub's words for what an author is to a repository. */
const association = z.enum([
  'OWNER',
  'MEMBER',
  'COLLABORATOR',
  'CONTRIBUTOR',
  'FIRST_TIME_CONTRIBUTOR',
  'FIRST_TIMER',
  'MANNEQUIN',
  'NONE',
]);

const globs = z.array(z.string().min(1).max(255)).max(50);

const forks = z
  .object({
    enabled: z.boolean().default(false).describe('Whether pull requests from forks get a preview.'),
    secrets: z
      .boolean()
      .default(false)
      .describe(
        'Whether their previews may use values from `data` of the cluster Secret. What stands in its annotations is no secret, and is always there.',
      ),
  })
  .describe('Pull requests from forks: code of people who cannot write to the repository.');

const image = z
  .object({
    patterns: z
      .array(z.string().min(1).max(200))
      .min(1)
      .max(10)
      .optional()
      .describe(
        'Tags that carry a pull request, best first, with `${preview.sha7}`, `${preview.sha}`, `${preview.number}`, `${preview.slug}` and `${preview.branch}` (with `-` for what no tag may hold). A tag without a commit in its pattern is pinned by its digest. Default: `sha-${preview.sha7}`, `${preview.branch}-${preview.sha7}`, `pr-${preview.number}`.',
      )
      .meta({ example: ['sha-${preview.sha7}'] }),
    required: z
      .boolean()
      .default(false)
      .describe(
        'Whether a preview waits for such a tag. When false it begins with the tag that the Service itself uses, and takes the other one when it comes.',
      ),
  })
  .describe('Which image of `containerRegistry` a preview gets.');

export const previewEnvironment = z
  .object({
    enabled: z.boolean().default(false).describe('Whether labelled pull requests get an environment of their own.'),
    gitOwner: z.string().max(255).optional().describe('Owner of the repository.').meta({ example: 'alustan' }),
    gitRepo: z.string().max(255).optional().describe('Name of the repository.').meta({ example: 'web-app-demo' }),
    apiURL: z
      .string()
      .max(2048)
      .optional()
      .describe('Root of the GitHub API, for GitHub Enterprise. Default: that of the installation.')
      .meta({ example: 'https://github.example.com/api/v3' }),
    secretRef: secretRef
      .optional()
      .describe(
        'Login at GitHub: `token`, or `appId` and `privateKey` (and `installationId`) of a GitHub App. Default: that of the installation, else anonymous.',
      ),
    intervalSeconds: z
      .int()
      .min(1)
      .optional()
      .describe('Seconds between looks at the pull requests; a webhook rings at once. Default: 600.'),
    label: z.string().min(1).max(50).default('preview').describe('The label that asks for a preview.'),
    approvalLabel: z
      .string()
      .min(1)
      .max(50)
      .default('preview-approved')
      .describe('The label with which a maintainer lets in an author whom `authors` does not name.'),
    authors: z
      .array(association)
      .max(8)
      .default(['OWNER', 'MEMBER', 'COLLABORATOR', 'CONTRIBUTOR'])
      .describe('Whose pull requests need no approval, in the words of GitHub (`author_association`).'),
    branches: globs
      .optional()
      .describe(
        'Only branches that one of these matches; `*` stops at `/`, `**` does not, `!` takes out. Default: all.',
      )
      .meta({ example: ['feature/**', '!**/wip'] }),
    paths: globs
      .optional()
      .describe('Only pull requests that change a file that one of these matches, as for `branches`. Default: all.')
      .meta({ example: ['web/**'] }),
    drafts: z.boolean().default(false).describe('Whether drafts get a preview.'),
    forks: forks.optional(),
    image: image.optional(),
    values: z
      .record(z.string(), z.unknown())
      .optional()
      .describe(
        'Values that are laid over those of the Service. `${preview.number}`, `branch`, `slug`, `sha`, `sha7`, `author` and `url` are filled in; `$${preview.X}` stays text.',
      )
      .meta({ example: { replicas: 1, config: { BANNER: 'pull request ${preview.number}' } } }),
    include: z
      .array(label)
      .max(20)
      .optional()
      .describe(
        'Services of this namespace that each preview brings along, with their dependencies on each other. What is not named is shared with the Service itself.',
      )
      .meta({ example: ['api-service'] }),
    maxAge: duration
      .optional()
      .describe('Removes a preview that nobody has pushed to, labelled or commented on for so long. Default: never.')
      .meta({ example: '168h' }),
    sleepAfter: duration
      .optional()
      .describe(
        'Scales the workloads of a preview to zero after so long without such activity; a push, a label, a comment `/preview wake` or the annotation `alustan.io/wake` wakes it. Default: never.',
      )
      .meta({ example: '12h' }),
    maxPreviews: z
      .int()
      .min(1)
      .max(500)
      .default(20)
      .describe(
        'How many previews run at a time. Of more, those without activity for longest are put to sleep, and those beyond twice as many removed.',
      ),
  })
  .describe('An environment for each labelled pull request: see previews.md.');

export type PreviewEnvironment = z.output<typeof previewEnvironment>;

/** One pull request as the status of its Service shows it; also what the next pass remembers of it. */
const previewStatus = z.object({
  repository: z.string().describe('Repository of the pull request, as `owner/name`.'),
  number: z.int().describe('Number of the pull request.'),
  id: z.int().describe('Its id at GitHub, which no other one gets.'),
  branch: z.string().describe('Its branch.'),
  url: z.string().describe('Its page.'),
  sha: z.string().describe('The commit that is wanted.'),
  state: z
    .enum([
      'Waiting',
      'Progressing',
      'Ready',
      'Failed',
      'Asleep',
      'Refused',
      'Stopped',
      'Expired',
      'Evicted',
      'Removing',
    ])
    .describe('What has become of its preview.'),
  message: z.string().describe('Why, and what to do.'),
  since: time.describe('Since when it is in this state, for this reason.'),
  reason: z.string().describe('For machines.'),
  namespace: z.string().optional().describe('Namespace of the preview.'),
  namespaceUID: z.string().optional().describe('Its uid: another one of the same name is not ours.'),
  image: z.string().optional().describe('Image that the preview is delivered with, as `name:tag`.'),
  imageFrom: z
    .enum(['pull-request', 'service'])
    .optional()
    .describe('Whether the tag carries the pull request, or is the one of the Service.'),
  urls: z.array(z.string()).optional().describe('Where it answers.'),
  activity: time.describe('When somebody last pushed to it, labelled it or commented on it.'),
  command: z.int().optional().describe('Id of the last comment `/preview …` that was acted on.'),
  woken: z.string().optional().describe('Value of `alustan.io/wake` that was acted on.'),
  stopped: z.string().optional().describe('Who stopped it with a comment `/preview stop`.'),
  restart: z.int().optional().describe('Id of the last comment `/preview restart` that was acted on.'),
});

export type PreviewStatus = z.infer<typeof previewStatus>;

/** What a Service's status says of its previews. */
export const previewReport = {
  previews: z.array(previewStatus).optional().describe('Pull requests that ask for a preview, by number.'),
  previewURLs: z
    .record(z.string(), z.array(z.string()))
    .optional()
    .describe('Namespace of each preview of this Service → where it answers.'),
  previewProblem: z
    .object({
      reason: z.string().describe('For machines.'),
      message: z.string().describe('What is wrong, and what to do.'),
      since: time.describe('Since when.'),
    })
    .optional()
    .describe(
      'What keeps all previews from being looked after, or commands from being heard. Previews that are there stay.',
    ),
};
