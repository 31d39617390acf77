import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createHttpClient, type HttpClient, type Timeouts } from '../http/client.ts';
import { raise } from '../http/failure.ts';
import { raiseUnknownRef, repository } from './failures.ts';
import { candidates, fullCommit, type GitRef } from './reference.ts';
import { resolveTip, type Tip } from './refs.ts';

/** How a URL is reached. Plain HTTP is allowed: whether it is wise is for whoever writes the URL. */
export function transportOf(url: string): 'http' | 'ssh' {
  if (/^https?:\/\/[^/]+/.test(url)) return 'http';
  if (/^ssh:\/\/[^/]+/.test(url) || /^[\w.-]+@[\w.-]+:(?!\/\/)/.test(url)) return 'ssh';
  return raise(
    'invalid',
    'InvalidRepositoryURL',
    `"${url}" is not a URL of a git repository; write https://host/path or ssh://host/path`,
  );
}

/** Answers where refs point, over one pool of connections for each CA. */
export interface Resolver {
  resolve(ref: GitRef, signal: AbortSignal): Promise<Tip>;
  close(): Promise<void>;
}

export function createResolver(timeouts: Timeouts): Resolver {
  const clients = new Map<string, HttpClient>();
  const client = (ca: string | undefined): HttpClient => {
    const known = clients.get(ca ?? '') ?? createHttpClient({ timeouts, ...(ca === undefined ? {} : { ca }) });
    clients.set(ca ?? '', known);
    return known;
  };
  return {
    resolve: (ref, signal) => {
      const transport = transportOf(ref.url);
      // A commit does not move: nobody needs to be asked.
      if (ref.ref !== undefined && fullCommit.test(ref.ref)) return Promise.resolve({ name: ref.ref, commit: ref.ref });
      if (transport === 'ssh') return resolveOverSsh(ref, timeouts, signal);
      return resolveTip(client(ref.credentials?.ca), ref, signal);
    },
    close: async () => {
      await Promise.all([...clients.values()].map((each) => each.close()));
    },
  };
}

const run = promisify(execFile);

/** Runs the `git` program, which knows ssh; it must never ask anybody anything. */
export async function runGit(
  args: readonly string[],
  url: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<string> {
  const ssh = 'core.sshCommand=ssh -oBatchMode=yes -oConnectTimeout=10';
  const options = { signal, timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024 };
  try {
    return (await run('git', ['-c', ssh, ...args], options)).stdout;
  } catch (error) {
    const {
      code,
      killed,
      stderr = '',
      name,
    } = error as { code?: unknown; killed?: boolean; stderr?: string; name?: string };
    const subject = repository(url);
    if (name === 'AbortError') throw error;
    if (code === 'ENOENT') {
      const remedy = 'install git, or give the https:// URL of the repository';
      raise('invalid', 'GitProgramMissing', `${subject}: ssh needs the git program, which is not in PATH; ${remedy}`);
    }
    if (killed === true)
      raise('transient', 'Timeout', `${subject} did not answer in time; check that the host is up and reachable`);
    const said = stderr.trim().split('\n').slice(-3).join('; ').slice(0, 300);
    raise(
      'transient',
      'Unreachable',
      `${subject} cannot be read: ${said}; check the URL and the SSH key of the controller`,
    );
  }
}

async function resolveOverSsh(ref: GitRef, timeouts: Timeouts, signal: AbortSignal): Promise<Tip> {
  const names = candidates(ref.ref);
  const patterns = names.flatMap((name) => [name, `${name}^{}`]);
  const lines = await runGit(['ls-remote', '--', ref.url, ...patterns], ref.url, timeouts.total, signal);
  const refs = new Map(lines.split('\n').map((line) => [line.split('\t')[1] ?? '', line.split('\t')[0] ?? '']));
  const name = names.find((candidate) => refs.has(candidate));
  const commit = name === undefined ? undefined : (refs.get(`${name}^{}`) ?? refs.get(name));
  return name === undefined || commit === undefined ? raiseUnknownRef(ref.url, ref.ref, []) : { name, commit };
}
