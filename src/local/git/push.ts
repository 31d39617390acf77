import type { RefUpdate } from './commands.ts';
import type { Git } from './program.ts';

const ABSENT = /^0+$/;
const BRANCH = 'refs/heads/';

/**
 * What of a push took effect: a refused ref (or one that another push has changed since, and will report) is left out.
 * HEAD follows the first pushed branch while it points to none, so that a clone finds the default branch.
 */
export async function settlePush(git: Git, path: string, asked: readonly RefUpdate[]): Promise<RefUpdate[]> {
  const refs = await currentRefs(git, path);
  const done = asked.filter((update) =>
    ABSENT.test(update.new) ? !refs.has(update.name) : refs.get(update.name) === update.new,
  );
  const branches = done.filter((update) => update.name.startsWith(BRANCH) && !ABSENT.test(update.new));
  const first = branches[0];
  const head = await git.run(['--git-dir', path, 'symbolic-ref', 'HEAD']);
  if (first !== undefined && !refs.has(head)) await git.run(['--git-dir', path, 'symbolic-ref', 'HEAD', first.name]);
  return done;
}

async function currentRefs(git: Git, path: string): Promise<Map<string, string>> {
  const lines = await git.run(['--git-dir', path, 'for-each-ref', '--format=%(objectname) %(refname)']);
  const pairs = lines.split('\n').map((line): [string, string] => {
    const space = line.indexOf(' ');
    return [line.slice(space + 1), line.slice(0, space)];
  });
  return new Map(pairs);
}
