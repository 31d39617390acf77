import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Failure } from '../../core/result.ts';
import { raise } from '../http/failure.ts';
import { repository } from './failures.ts';

const run = promisify(execFile);
const ssh = 'core.sshCommand=ssh -oBatchMode=yes -oConnectTimeout=10';

/**
 * Runs the `git` program, which knows ssh; it must never ask anybody anything. Throws failures.
 *
 * @param env instead of this process's own.
 */
export async function runGit(
  args: readonly string[],
  url: string,
  timeoutMs: number,
  signal: AbortSignal,
  env?: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const options = { signal, timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024, ...(env === undefined ? {} : { env }) };
  try {
    return (await run('git', ['-c', ssh, ...args], options)).stdout;
  } catch (error) {
    return explain(error as Thrown, url);
  }
}

type Thrown = Readonly<{ name?: string; code?: unknown; killed?: boolean; stderr?: string }>;
type Meaning = Readonly<{ words: RegExp; kind: Failure['kind']; reason: string; remedy: string }>;

/** What git and ssh say on their error output, in the order in which it is looked for. */
const meanings: readonly Meaning[] = [
  {
    words: /cannot run ssh|ssh: (?:command )?not found/,
    kind: 'invalid',
    reason: 'SshProgramMissing',
    remedy: 'ssh is not in PATH: install it, or give the https:// URL of the repository',
  },
  {
    words: /Host key verification failed/,
    kind: 'invalid',
    reason: 'UnknownHostKey',
    remedy: "the host's key is not known: add it to ~/.ssh/known_hosts of the controller's user (ssh-keyscan)",
  },
  {
    words: /Permission denied/,
    kind: 'invalid',
    reason: 'Unauthorized',
    remedy: "the host takes none of the SSH keys of the controller's user, or there is none: add one to ~/.ssh",
  },
  {
    words: /Repository not found|does not appear to be a git repository|does not exist/i,
    kind: 'invalid',
    reason: 'RepositoryNotFound',
    remedy: 'check the URL; hosts also answer so when the SSH key may not read it',
  },
  {
    words: /Could not resolve|Connection (?:refused|timed out|reset|closed)|No route|unreachable/,
    kind: 'transient',
    reason: 'Unreachable',
    remedy: 'check the URL and the network',
  },
];

function explain(error: Thrown, url: string): never {
  const { code, killed, stderr = '', name } = error;
  const subject = repository(url);
  if (name === 'AbortError') throw error;
  if (code === 'ENOENT') {
    const remedy = 'install git, or give the https:// URL of the repository';
    raise('invalid', 'GitProgramMissing', `${subject}: ssh needs the git program, which is not in PATH; ${remedy}`);
  }
  if (killed === true)
    raise('transient', 'Timeout', `${subject} did not answer in time; check that the host is up and reachable`);
  const meaning = meanings.find(({ words }) => words.test(stderr));
  const lines = stderr.trim().split('\n');
  // Without words that are known the first: git's own at the end are always the same.
  const said = lines.find((line) => meaning?.words.test(line)) ?? lines[0];
  const cut = (said ?? '').trim().slice(0, 200);
  const { kind, reason, remedy } = meaning ?? {
    kind: 'transient',
    reason: 'Unreachable',
    remedy: 'check the URL and the SSH key of the controller',
  };
  return raise(kind, reason, `${subject} cannot be read over ssh (${cut}): ${remedy}`);
}

/** Throws: ssh knows keys only, and those of the controller's user. */
export function refuseSecret(url: string): never {
  const remedy = 'remove the Secret, or give the https:// URL of the repository';
  const message = `${repository(url)}: ssh uses the keys of the controller's user and no Secret; ${remedy}`;
  return raise('invalid', 'SecretNotUsed', message);
}
