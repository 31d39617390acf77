import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { arch, homedir, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';

const exec = promisify(execFile);

/** The Helm that runners use; the image carries the same one. */
export const helmVersion = 'v4.3.1';

export type HelmOptions = Readonly<{
  /** Folders that may hold it already; the last one is where a new one is put. */
  folders: readonly string[];
  env: NodeJS.ProcessEnv;
  progress: (message: string) => void;
  /** Breaks a download or build off. */
  signal?: AbortSignal;
}>;

/** The cache that the checkouts and data folders of one user share. */
export function sharedCache(env: NodeJS.ProcessEnv): string {
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'alustan', 'bin');
}

/**
 * Path of the pinned Helm: found in one of the folders, else downloaded and checked against its SHA-256, else built
 * with Go. Rejects with a message that says what to do.
 */
export async function ensureHelm(options: HelmOptions): Promise<string> {
  const name = `helm-${helmVersion}${platform() === 'win32' ? '.exe' : ''}`;
  for (const folder of options.folders) {
    const path = join(folder, name);
    if (await exists(path)) return path;
  }
  const target = join(options.folders.at(-1) ?? '.', name);
  await mkdir(dirname(target), { recursive: true });
  const scratch = await mkdtemp(join(dirname(target), '.helm-'));
  try {
    options.progress(`fetching Helm ${helmVersion}`);
    const refused = await download(join(scratch, 'helm'), options.signal).then(
      () => undefined,
      (error: Error) => error,
    );
    options.signal?.throwIfAborted();
    if (refused !== undefined) await build(scratch, refused, options);
    await chmod(join(scratch, 'helm'), 0o755);
    // A rename is atomic: an interrupted start leaves no half-written program behind.
    await rename(join(scratch, 'helm'), target);
    return target;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function download(to: string, signal?: AbortSignal): Promise<void> {
  const cpu = arch() === 'x64' ? 'amd64' : arch();
  const url = `https://get.helm.sh/helm-${helmVersion}-${platform()}-${cpu}.tar.gz`;
  const get = async (from: string): Promise<Buffer> => {
    const limit = AbortSignal.timeout(120_000);
    const response = await fetch(from, { signal: signal === undefined ? limit : AbortSignal.any([limit, signal]) });
    if (!response.ok) throw new Error(`${from} answered ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  };
  const [archive, sums] = await Promise.all([get(url), get(`${url}.sha256sum`)]);
  const digest = createHash('sha256').update(archive).digest('hex');
  if (!sums.toString().startsWith(digest)) throw new Error(`${url} does not have the SHA-256 that its publisher names`);
  await writeFile(to, await member(gunzipSync(archive), /\/helm$/));
}

async function member(tar: Buffer, name: RegExp): Promise<Buffer> {
  const unpack = extract();
  unpack.end(tar);
  for await (const entry of unpack) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    if (name.test(entry.header.name)) return Buffer.concat(chunks);
  }
  throw new Error('the archive holds no helm');
}

async function build(scratch: string, refused: Error, options: HelmOptions): Promise<void> {
  const hasGo = await exec('go', ['version'], { env: options.env }).then(
    () => true,
    () => false,
  );
  if (!hasGo) {
    throw new Error(
      `Helm ${helmVersion} is needed and could not be downloaded (${refused.message}), and there is no Go to build it. ` +
        `Put the program as helm-${helmVersion} into ${options.folders.at(-1)}, or install Go, and start again.`,
    );
  }
  options.progress(`building Helm ${helmVersion} with Go, once: about two minutes`);
  const env = { ...options.env, GOBIN: scratch, CGO_ENABLED: '0' };
  const stop = options.signal === undefined ? {} : { signal: options.signal };
  const program = `helm.sh/helm/v4/cmd/helm@${helmVersion}`;
  await exec('go', ['install', '-trimpath', program], { env, maxBuffer: 64 << 20, ...stop });
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
