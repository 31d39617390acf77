import { randomBytes } from 'node:crypto';
import type { Log } from '../../core/log.ts';
import { type Bells, githubHooks } from '../../server/hooks/github.ts';
import { parseRepositoryName } from '../git/name.ts';
import type { GitPush } from '../git/routes.ts';
import type { Repositories } from '../git/store.ts';
import { createGitHubDouble, type GitHubDouble } from '../github/index.ts';
import { fileStore } from '../github/store.ts';
import { controllerNamespace } from './options.ts';

/** The controller's login at the GitHub of local mode, which takes any token and guards nothing. */
export const githubLogin = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'alustan-github-token', namespace: controllerNamespace },
  // No word that a comment may hold: what is a token is masked there.
  stringData: { token: 'ghp_of-the-local-github' },
};

export type LocalGitHubOptions = Readonly<{
  dataDir: string;
  /** Of the listener; known once it listens. */
  url: () => string;
  repositories: Repositories;
  bells: () => Bells | undefined;
  log: Log;
}>;

/** The pull requests of local mode, with webhooks to the controller. */
export function localGitHub({ dataDir, url, repositories, bells, log }: LocalGitHubOptions) {
  // Nobody else needs it: both ends live in this process.
  const secret = randomBytes(32).toString('hex');
  const double = createGitHubDouble({
    url,
    store: fileStore(dataDir),
    hooks: () => [{ url: `${url()}/hooks/github`, secret }],
    headOf: (name, branch) => headOf(repositories, name, branch),
  });
  const hooks = githubHooks({ secrets: () => [secret], bells, log });
  return { double, hooks, pushed: (push: GitPush) => tell(double, push) };
}

async function headOf(repositories: Repositories, wanted: string, branch: string): Promise<string | undefined> {
  const name = parseRepositoryName(wanted);
  if (name === undefined || !(await repositories.has(name))) return undefined;
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `refs/heads/${branch}`];
  return repositories.git.run(['-C', repositories.path(name), ...args]).catch(() => undefined);
}

/** A push to a branch of the local git server moves the pull requests of that branch. */
function tell({ world }: GitHubDouble, { repository: name, refs }: GitPush): void {
  const [owner = '', repo = ''] = name.split('/');
  const repository = world.find(owner, repo);
  if (repository === undefined) return;
  for (const { name: ref, new: after } of refs) {
    const branch = ref.replace(/^refs\/heads\//, '');
    const moved = repository.pulls.filter(({ state, head }) => state === 'open' && !head.fork && head.ref === branch);
    for (const pull of moved) if (!/^0+$/.test(after) && pull.head.sha !== after) world.push(repository, pull, after);
  }
}
