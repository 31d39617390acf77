import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exec } from '../cluster/exec.ts';
import { ensureTool } from '../cluster/tools.ts';
import { type RegistryAuth, registryUser, startDockerRegistry } from './docker-registry.ts';
import { startGitHttpBackend } from './git-http-backend.ts';
import type { Login } from './http.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'alustan-servers-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('docker-registry', () => {
  let crane: string;

  beforeAll(async () => {
    crane = await ensureTool('crane');
  }, 180_000);

  it.each<RegistryAuth>(['none', 'basic', 'token'])(
    'takes a push and lists its tags, authentication: %s',
    async (auth) => {
      const registry = await startDockerRegistry(auth);
      const env = { DOCKER_CONFIG: folder };
      try {
        writeFileSync(join(folder, 'hello.txt'), 'hello');
        execFileSync('tar', ['-cf', join(folder, 'layer.tar'), '-C', folder, 'hello.txt']);
        const { user, password } = registryUser;
        if (auth !== 'none') await exec(crane, ['auth', 'login', registry.host, '-u', user, '-p', password], { env });
        const image = `${registry.host}/shop/api:0.1.0`;
        await exec(crane, ['append', '--oci-empty-base', '-f', join(folder, 'layer.tar'), '-t', image], { env });
        expect(await exec(crane, ['ls', `${registry.host}/shop/api`], { env })).toBe('0.1.0\n');
      } finally {
        await registry.stop();
      }
    },
  );

  it.each<RegistryAuth>(['basic', 'token'])('refuses a stranger, authentication: %s', async (auth) => {
    const registry = await startDockerRegistry(auth);
    try {
      const listing = exec(crane, ['ls', `${registry.host}/shop/api`], { env: { DOCKER_CONFIG: folder } });
      await expect(listing).rejects.toThrow(/UNAUTHORIZED|401/i);
    } finally {
      await registry.stop();
    }
  });
});

describe('git http-backend', () => {
  const basic: Login = { kind: 'basic', user: 'e2e', password: 'secret' };
  const bearer: Login = { kind: 'bearer', token: 'secret' };
  const git = (...args: string[]) =>
    exec('git', ['-c', 'user.name=e2e', '-c', 'user.email=e2e@localhost', ...args], {
      env: { GIT_TERMINAL_PROMPT: '0' },
    });
  const withLogin = (url: string) => url.replace('://', '://e2e:secret@');

  async function pushAndRead(url: string, ...config: string[]): Promise<string> {
    const work = join(folder, 'work');
    await git('init', '--quiet', '--initial-branch=main', work);
    writeFileSync(join(work, 'service.yaml'), 'kind: Service\n');
    await git('-C', work, 'add', '.');
    await git('-C', work, 'commit', '--quiet', '-m', 'first');
    await git('-C', work, ...config, 'push', '--quiet', url, 'main');
    return git(...config, 'ls-remote', url, 'main');
  }

  it.each<[string, Login, (url: string) => string, string[]]>([
    ['nobody', { kind: 'none' }, (url) => url, []],
    ['basic', basic, withLogin, []],
    ['bearer', bearer, (url) => url, ['-c', 'http.extraHeader=Authorization: Bearer secret']],
  ])('takes a push of stock git and serves it, login: %s', async (_, login, address, config) => {
    const server = await startGitHttpBackend(login);
    try {
      const url = address(await server.createRepository('team/shop'));
      expect(await pushAndRead(url, ...config)).toMatch(/^[0-9a-f]{40}\trefs\/heads\/main\n$/);
    } finally {
      await server.stop();
    }
  });

  it('refuses a stranger', async () => {
    const server = await startGitHttpBackend(basic);
    try {
      const url = await server.createRepository('shop');
      await expect(git('ls-remote', url)).rejects.toThrow(/Authentication|could not read Username/);
    } finally {
      await server.stop();
    }
  });
});
