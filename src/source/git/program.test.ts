import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Failure } from '../../core/result.ts';
import { defaultTimeouts } from '../http/client.ts';
import { FailureError } from '../http/failure.ts';
import { runGit } from './program.ts';
import { createResolver } from './transport.ts';

const url = 'ssh://git@git.example.com/team/shop.git';
const signal = new AbortController().signal;
const run = promisify(execFile);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alustan-ssh-'));
  return () => rm(folder, { recursive: true, force: true });
});

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof FailureError) return error.failure;
  throw new Error(`no failure: ${String(error)}`);
}

/** An environment in which `ssh` is this script. */
async function withSsh(script: string): Promise<NodeJS.ProcessEnv> {
  const bin = await mkdtemp(join(folder, 'bin-'));
  await writeFile(join(bin, 'ssh'), `#!/bin/sh\n${script}\n`);
  await chmod(join(bin, 'ssh'), 0o755);
  return { ...process.env, PATH: [bin, process.env['PATH']].join(delimiter) };
}

const lsRemote = (env: NodeJS.ProcessEnv) => runGit(['ls-remote', '--', url], url, 10_000, signal, env);

describe('ssh that does not work is explained', () => {
  it.each<[string, string, Partial<Failure>, RegExp]>([
    [
      'no key, or one that is not let in',
      'git@git.example.com: Permission denied (publickey).',
      { kind: 'invalid', reason: 'Unauthorized' },
      /takes none of the SSH keys of the controller's user, or there is none/,
    ],
    [
      'a host whose key is not known',
      'No ED25519 host key is known for git.example.com.\nHost key verification failed.',
      { kind: 'invalid', reason: 'UnknownHostKey' },
      /known_hosts/,
    ],
    [
      'no such repository',
      'ERROR: Repository not found.',
      { kind: 'invalid', reason: 'RepositoryNotFound' },
      /check the URL/,
    ],
    [
      'a closed port',
      'ssh: connect to host git.example.com port 22: Connection refused',
      { kind: 'transient', reason: 'Unreachable' },
      /Connection refused\): check the URL and the network/,
    ],
    ['anything else', 'kex_exchange: gone', { kind: 'transient', reason: 'Unreachable' }, /\(kex_exchange: gone\)/],
  ])('%s', async (_title, words, expected, message) => {
    const failure = await failureOf(lsRemote(await withSsh(`cat >&2 <<'END'\n${words}\nEND\nexit 255`)));
    expect(failure).toMatchObject(expected);
    expect(failure.message).toMatch(message);
    expect(failure.message).toContain('git repository ssh://git.example.com/team/shop.git');
  });

  it('no git program', async () => {
    const failure = await failureOf(lsRemote({ PATH: join(folder, 'nothing') }));
    expect(failure).toMatchObject({ kind: 'invalid', reason: 'GitProgramMissing' });
    expect(failure.message).toMatch(/install git, or give the https:\/\/ URL/);
  });

  it('no ssh program', async () => {
    const bin = await mkdtemp(join(folder, 'bin-'));
    for (const name of ['git', 'sh']) {
      const { stdout } = await run('sh', ['-c', `command -v ${name}`]);
      await symlink(stdout.trim(), join(bin, name));
    }
    const failure = await failureOf(lsRemote({ PATH: bin }));
    expect(failure).toMatchObject({ kind: 'invalid', reason: 'SshProgramMissing' });
  });

  it('a Secret, which ssh does not use', async () => {
    const resolver = createResolver(defaultTimeouts);
    const asked = async () => resolver.resolve({ url, credentials: { id: 'a', token: 't' } }, signal);
    expect(await failureOf(asked())).toMatchObject({ kind: 'invalid', reason: 'SecretNotUsed' });
    await resolver.close();
  });
});
