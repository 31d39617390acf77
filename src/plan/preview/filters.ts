import type { PreviewEnvironment } from '../../api/preview.ts';
import type { PullRequest } from '../../core/pull-request.ts';
import type { Preview, Stage, Verdict } from './draft.ts';
import { matchesGlobs } from './glob.ts';

const field = 'spec.previewEnvironment';

type Refusal = Readonly<{ reason: string; message: string }>;
type Filter = (pullRequest: PullRequest, env: PreviewEnvironment) => Refusal | undefined;

/** Who gets no preview, and how to get one: forks, drafts and unknown authors unless they are let in. */
const filters: readonly Filter[] = [
  ({ draft }, { drafts }) =>
    draft && !drafts
      ? refuse('Draft', `a draft gets no preview; mark it as ready for review, or set ${field}.drafts to true`)
      : undefined,
  ({ fork }, { forks }) =>
    fork && forks?.enabled !== true
      ? refuse('Fork', `a pull request from a fork gets no preview, unless ${field}.forks.enabled is true`)
      : undefined,
  ({ authorAssociation, labels }, { authors, approvalLabel }) =>
    authors.includes(authorAssociation) || labels.includes(approvalLabel)
      ? undefined
      : refuse(
          'AuthorNotApproved',
          `its author is ${authorAssociation} to the repository: a maintainer lets it in with the label "${approvalLabel}"`,
        ),
  ({ branch }, { branches = [] }) =>
    matchesGlobs(branches, branch)
      ? undefined
      : refuse('BranchExcluded', `${field}.branches does not let its branch in; it lists ${branches.join(', ')}`),
];

function refuse(reason: string, message: string): Refusal {
  return { reason, message };
}

function refusal({ env }: Stage, pullRequest: PullRequest): Refusal | undefined {
  for (const filter of filters) {
    const found = filter(pullRequest, env);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The pull requests whose changed files have to be asked for: those that nothing else keeps out. */
export function filesToAsk(stage: Stage, previews: readonly Preview[]): PullRequest[] {
  if (stage.env.paths === undefined) return [];
  const wanted = previews.flatMap(({ pullRequest }) => pullRequest ?? []);
  return wanted.filter((pullRequest) => refusal(stage, pullRequest) === undefined);
}

/** Keeps out what the spec does not let in: a preview that is there goes, and comes again when it is let in. */
export function applyFilters(stage: Stage, preview: Preview): Preview {
  const { pullRequest } = preview;
  if (pullRequest === undefined) return preview;
  const found = refusal(stage, pullRequest);
  if (found !== undefined) return { ...preview, verdict: { want: 'remove', state: 'Refused', ...found } };
  const verdict = judgePaths(stage, pullRequest);
  return verdict === undefined ? preview : { ...preview, verdict };
}

function judgePaths({ env, facts }: Stage, { number }: PullRequest): Verdict | undefined {
  if (env.paths === undefined) return undefined;
  const files = facts.changedFiles[number];
  if (files === undefined || !files.ok) {
    const why = files === undefined ? '' : `: ${files.failure.message}`;
    return { want: 'keep', reason: 'FilesPending', message: `waiting for the list of changed files${why}` };
  }
  const { paths } = env;
  if (files.value.some((file) => matchesGlobs(paths, file))) return undefined;
  const message = `it changes no file that ${field}.paths lists (${paths.join(', ')})`;
  return { want: 'remove', state: 'Refused', reason: 'PathsUnchanged', message };
}
