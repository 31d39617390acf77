import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import { runPrefix } from '../cluster/paths.ts';
import { freePort } from '../cluster/ports.ts';
import { Supervisor } from '../cluster/supervisor.ts';
import { ensureDockerRegistry } from '../cluster/system.ts';
import { startTokenServer, type TokenServer } from './token-server.ts';

/** How clients log in: not at all, by basic authentication, or by Docker's token protocol with basic at its realm. */
export type RegistryAuth = 'none' | 'basic' | 'token';

/** Who may use a registry that wants a login. */
export const registryUser = { user: 'e2e', password: 'e2e-password' } as const;

// docker-registry takes bcrypt only, which Node cannot make: this is registryUser's line.
const htpasswd = 'e2e:$2y$05$aLuStAnE2ETestsOnly22up.VfGrUqkdV8Qkgyn3m/g0FV.IPva7m\n';

export type Registry = Readonly<{
  /** `127.0.0.1:PORT`, as image references begin. Plain HTTP. */
  host: string;
  url: string;
  stop(): Promise<void>;
}>;

/** Starts Debian's docker-registry, empty, on a free port of 127.0.0.1. */
export async function startDockerRegistry(auth: RegistryAuth = 'none'): Promise<Registry> {
  const binary = await ensureDockerRegistry();
  const supervisor = new Supervisor(mkdtempSync(`${runPrefix}registry-`));
  const host = `127.0.0.1:${await freePort()}`;
  const url = `http://${host}`;
  const tokens = auth === 'token' ? await startTokenServer({ kind: 'basic', ...registryUser }) : undefined;
  const stop = async () => {
    await supervisor.remove();
    await tokens?.stop();
  };
  const config = join(supervisor.dir, 'config.yml');
  writeFileSync(config, JSON.stringify(configuration(supervisor.dir, host, auth, tokens)));
  try {
    await supervisor.start({
      name: 'docker-registry',
      binary,
      args: ['serve', config],
      readyWithinMs: 20_000,
      ready: async () => (await request(`${url}/v2/`)).statusCode === (auth === 'none' ? 200 : 401),
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { host, url, stop };
}

/** The registry's configuration; JSON is YAML. */
function configuration(dir: string, host: string, auth: RegistryAuth, tokens: TokenServer | undefined) {
  return {
    version: '0.1',
    log: { level: 'warn' },
    storage: { filesystem: { rootdirectory: join(dir, 'data') }, delete: { enabled: true } },
    http: { addr: host },
    ...(auth === 'basic' ? { auth: { htpasswd: { realm: 'alustan-e2e', path: writeHtpasswd(dir) } } } : {}),
    ...(tokens ? { auth: { token: tokenConfiguration(dir, tokens) } } : {}),
  };
}

function writeHtpasswd(dir: string): string {
  const path = join(dir, 'htpasswd');
  writeFileSync(path, htpasswd, { mode: 0o600 });
  return path;
}

function tokenConfiguration(dir: string, tokens: TokenServer) {
  const rootcertbundle = join(dir, 'tokens.pem');
  writeFileSync(rootcertbundle, tokens.certificatePem);
  return { realm: tokens.realm, service: tokens.service, issuer: tokens.issuer, rootcertbundle };
}
