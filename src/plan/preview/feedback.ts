import type { PreviewStatus } from '../../api/preview.ts';
import { codeBlock, inlineCode, link } from '../../core/markdown.ts';
import type { FeedbackAction } from '../../core/plan.ts';
import type { CommitState, DeploymentState } from '../../core/pull-request.ts';
import type { Preview, PreviewState, Scene } from './draft.ts';
import type { PreviewFacts } from './facts.ts';
import { credentialsRef, repositoryOf } from './forge.ts';
import { releaseOf } from './names.ts';
import type { PreviewOutcome } from './plan.ts';

const marker = 'alustan-preview';
const heading = '### Preview';

/**
 * What is said on the pull requests: one section of one comment, a commit status and a Deployment for each Service.
 * The same situation gives the same words, so that nothing is written while nothing happens. Nothing without a login.
 */
export function planFeedback(
  scene: Scene<PreviewFacts>,
  outcomes: readonly PreviewOutcome[],
  previews: readonly PreviewStatus[],
): FeedbackAction[] {
  const env = scene.parent.service?.spec.previewEnvironment;
  const { settings } = scene.facts;
  const credentials = env === undefined ? undefined : credentialsRef(scene.parent.namespace, env, settings);
  if (env === undefined || credentials === undefined) return [];
  const repository = repositoryOf(env, settings);
  const section = sectionName(scene.parent);
  const here = `${repository.owner}/${repository.repo}`.toLowerCase();
  const own = outcomes.filter(({ preview }) => preview.repository.toLowerCase() === here);
  return own.flatMap(({ preview }) => {
    const now = previews.find((item) => item.number === preview.number && item.repository.toLowerCase() === here);
    // Over in a moment: the next words are worth more.
    return now?.reason === 'NamespacePending' ? [] : say(scene, { repository, credentials, section }, preview, now);
  });
}

type Where = Pick<FeedbackAction, 'repository' | 'credentials' | 'section'>;

/** By which words on pull requests tell whose they are. */
export function sectionName({ namespace, name }: Pick<Scene['parent'], 'namespace' | 'name'>): string {
  return `${namespace}/${name}`;
}

/** @param now what status says of it; undefined: all of it is gone, and these are the last words. */
function say(
  scene: Scene<PreviewFacts>,
  where: Where,
  { number, verdict, names, before }: Preview,
  now: PreviewStatus | undefined,
): FeedbackAction[] {
  const { namespace, name } = scene.parent;
  const { section } = where;
  const about = now === undefined ? ({ ...where, last: true } as const) : where;
  const body = now === undefined ? lastWords(section, String(verdict.message)) : sectionOf(section, now);
  const sensitive = secretsOf(scene);
  const comment: FeedbackAction = {
    type: 'comment-upsert',
    ...about,
    number,
    marker,
    heading,
    body,
    sensitive,
  };
  const last = now ?? before;
  const wasMade = (now?.namespace ?? before?.namespace) !== undefined;
  // One that was never let in has nothing to do with its commit.
  if (last === undefined || !(wasMade || last.state === 'Waiting')) return [comment];
  const state = now?.state ?? 'Removing';
  const isPending = now?.reason === 'ImagePending';
  const [url] = now?.urls ?? [];
  const status: FeedbackAction = {
    type: 'commit-status',
    ...about,
    number,
    sha: last.sha,
    context: `alustan/preview/${section}`,
    state: isPending ? 'pending' : commitStates[state],
    description: isPending ? 'waits for its image' : words[state],
    ...(url === undefined ? {} : { targetUrl: url }),
  };
  const deployment: FeedbackAction = {
    type: 'deployment',
    ...about,
    sha: last.sha,
    environment: `${namespace}/${releaseOf(name, names)}`,
    state: deploymentStates[state],
    description: words[state],
    ...(url === undefined ? {} : { environmentUrl: url }),
  };
  return wasMade ? [comment, status, deployment] : [comment, status];
}

/** E2: values from `data` of the workspace's Secret do not stand in a comment, whatever a log quotes. */
function secretsOf({ parent, facts }: Scene<PreviewFacts>): string[] {
  const environment = parent.service?.spec.workspace;
  const secrets = facts.clusterSecrets.filter((secret) => secret.environment === environment);
  return secrets.flatMap(({ data }) => Object.values(data));
}

const words: Readonly<Record<PreviewState, string>> = {
  Waiting: 'waits',
  Progressing: 'is being delivered',
  Ready: 'is ready',
  Failed: 'has failed',
  Asleep: 'is asleep',
  Refused: 'is not made',
  Stopped: 'is stopped',
  Expired: 'was removed, since nobody used it',
  Evicted: 'was removed, since others were used more',
  Removing: 'is removed',
};

const commitStates: Readonly<Record<PreviewState, CommitState>> = {
  Waiting: 'pending',
  Progressing: 'pending',
  Ready: 'success',
  Failed: 'failure',
  Asleep: 'success',
  Refused: 'success',
  Stopped: 'success',
  Expired: 'success',
  Evicted: 'success',
  Removing: 'success',
};

const deploymentStates: Readonly<Record<PreviewState, DeploymentState>> = {
  Waiting: 'queued',
  Progressing: 'in_progress',
  Ready: 'success',
  Failed: 'failure',
  Asleep: 'inactive',
  Refused: 'inactive',
  Stopped: 'inactive',
  Expired: 'inactive',
  Evicted: 'inactive',
  Removing: 'inactive',
};

/** E15: which image it is. */
const origins = { 'pull-request': 'built from this pull request', service: 'the one of the Service itself' } as const;

function lastWords(section: string, why: string): string {
  return `${inlineCode(section)} **is removed**\n\n${codeBlock(why)}`;
}

/** Everything that others wrote (branches, logs, names) goes through `core/markdown.ts`. */
function sectionOf(section: string, status: PreviewStatus): string {
  const { state, reason, message, urls = [], image, imageFrom, sha, namespace, since } = status;
  const name = image === undefined ? [] : [inlineCode(image)];
  const rows: [string, string][] = [
    ...urls.map((url): [string, string] => ['URL', link(url, url)]),
    ...(imageFrom === undefined ? [] : [['Image', [...name, origins[imageFrom]].join(', ')] as [string, string]]),
    ['Commit', inlineCode(sha.slice(0, 12))],
    ...(namespace === undefined ? [] : [['Namespace', inlineCode(namespace)] as [string, string]]),
    ['Since', inlineCode(since)],
  ];
  const table = ['| | |', '|---|---|', ...rows.map((cells) => `| ${cells.join(' | ')} |`)].join('\n');
  const isPlain = state === 'Ready' && reason === 'Delivered';
  const why = isPlain ? '' : `\n\n${codeBlock(message)}`;
  return `${inlineCode(section)} **${words[state]}**\n\n${table}${why}`;
}
