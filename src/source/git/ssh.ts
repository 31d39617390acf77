import { hasCommit } from './fetch.ts';
import { runGit } from './program.ts';
import type { Job } from './protocol.ts';

/** As `fetchCommit`, with the git program: it reads the SSH keys and known hosts of the controller's user. */
export async function fetchOverSsh({ gitdir, url, name, commit, timeouts }: Job, signal: AbortSignal): Promise<string> {
  if (await hasCommit(gitdir, commit)) return commit;
  const git = (...args: string[]) => runGit(args, url, timeouts.total, signal);
  await git('init', '--quiet', '--bare', gitdir);
  // Not below refs/heads/: there git takes no annotated tag.
  const into = `+${name}:refs/alustan/have`;
  await git('--git-dir', gitdir, 'fetch', '--quiet', '--depth', '1', '--no-tags', '--', url, into);
  return (await git('--git-dir', gitdir, 'rev-parse', 'refs/alustan/have^{commit}')).trim();
}
