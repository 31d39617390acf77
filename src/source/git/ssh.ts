import { hasCommit } from './fetch.ts';
import type { Tip } from './refs.ts';
import { runGit } from './transport.ts';

type Asked = Readonly<{ gitdir: string; url: string; tip: Tip; timeoutMs: number; signal: AbortSignal }>;

/** As `fetchCommit`, with the git program: it reads the SSH keys and known hosts of the controller's user. */
export async function fetchOverSsh({ gitdir, url, tip, timeoutMs, signal }: Asked): Promise<string> {
  if (await hasCommit(gitdir, tip.commit)) return tip.commit;
  await runGit(['init', '--quiet', '--bare', gitdir], url, timeoutMs, signal);
  const into = `+${tip.name}:refs/heads/alustan-have`;
  await runGit(
    ['--git-dir', gitdir, 'fetch', '--quiet', '--depth', '1', '--no-tags', '--', url, into],
    url,
    timeoutMs,
    signal,
  );
  const commit = await runGit(['--git-dir', gitdir, 'rev-parse', 'alustan-have^{commit}'], url, timeoutMs, signal);
  return commit.trim();
}
