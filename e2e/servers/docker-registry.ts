import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import { runPrefix } from '../cluster/paths.ts';
import { freePort } from '../cluster/ports.ts';
import { type Component, Supervisor } from '../cluster/supervisor.ts';
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

/** Starts Debian's docker-registry, empty, on a free port of an address of this machine. */
export async function startDockerRegistry(auth: RegistryAuth = 'none', address = '127.0.0.1'): Promise<Registry> {
  const supervisor = new Supervisor(mkdtempSync(`${runPrefix}registry-`));
  const host = `${address}:${await freePort(address)}`;
  const url = `http://${host}`;
  const tokens = auth === 'token' ? await startTokenServer({ kind: 'basic', ...registryUser }) : undefined;
  const stop = async () => {
    await supervisor.remove();
    await tokens?.stop();
  };
  try {
    await supervisor.start(await dockerRegistry(supervisor.dir, host, auth, tokens));
  } catch (error) {
    await stop();
    throw error;
  }
  return { host, url, stop };
}

/** A registry that keeps its data in `dir` and listens on `host`, an address with a port. */
export async function dockerRegistry(
  dir: string,
  host: string,
  auth: RegistryAuth = 'none',
  tokens?: TokenServer,
): Promise<Component> {
  const config = join(dir, 'registry.yml');
  writeFileSync(config, JSON.stringify(configuration(dir, host, auth, tokens)));
  return {
    name: 'docker-registry',
    binary: await ensureDockerRegistry(),
    args: ['serve', config],
    readyWithinMs: 20_000,
    ready: async () => (await request(`http://${host}/v2/`)).statusCode === (auth === 'none' ? 200 : 401),
  };
}

/** The registry's configuration; JSON is YAML. */
function configuration(dir: string, host: string, auth: RegistryAuth, tokens: TokenServer | undefined) {
  return {
    version: '0.1',
    log: { level: 'warn' },
    storage: { filesystem: { rootdirectory: join(dir, 'registry') }, delete: { enabled: true } },
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
