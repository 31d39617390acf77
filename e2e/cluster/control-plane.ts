import { cpSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Access } from './api.ts';
import { ensureBinaries } from './build.ts';
import { apiServer, apiServerUrl, caFile, controllerManager, etcd, type Layout } from './components.ts';
import { adminName, newToken, type User, writeKubeconfig, writeServerFiles } from './files.ts';
import { cleanOrphans } from './janitor.ts';
import { runPrefix } from './paths.ts';
import { freePort } from './ports.ts';
import { Supervisor } from './supervisor.ts';

export type ComponentName = 'etcd' | 'kube-apiserver' | 'kube-controller-manager';

export type ControlPlaneOptions = Readonly<{
  /** Log every request: verb, path, user. Costs the API server some time; off by default. */
  audit?: boolean;
  /** Controllers of kube-controller-manager that are not to run, for example `job-controller`. */
  without?: readonly string[];
  /** Users beside the administrator, for tests of roles. */
  users?: readonly User[];
  /** Folder for its data; a fresh one of the system's temporary folder by default. */
  dir?: string;
}>;

/** A running control plane. `url`, `token`, `caPem`: those of an administrator. */
export type ControlPlane = Access &
  Readonly<{
    dir: string;
    kubeconfigPath: string;
    /** Where the audit log is, when it was asked for. */
    auditLogPath: string | undefined;
    /** Ends a component by a signal (SIGTERM by default) and starts it again at the same address; resolves when it serves. */
    restart(component: ComponentName, signal?: NodeJS.Signals): Promise<void>;
    /** Ends all processes and removes the data; the logs are copied to `keepLogsIn` first. */
    stop(keepLogsIn?: string): Promise<void>;
    /** Leaves it running when this process ends. */
    release(): void;
  }>;

/**
 * Starts etcd, kube-apiserver and kube-controller-manager on free ports of 127.0.0.1 and resolves when the controllers
 * work. Builds the binaries first when the cache has none. Everything ends with this process unless released.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const binaries = await ensureBinaries();
  await cleanOrphans();
  const dir = options.dir ?? mkdtempSync(runPrefix);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const layout: Layout = {
    dir,
    binaries,
    etcdPort: await freePort(),
    etcdPeerPort: await freePort(),
    apiPort: await freePort(),
    adminToken: newToken(),
    audit: options.audit ?? false,
    without: options.without ?? [],
  };
  const supervisor = new Supervisor(dir);
  try {
    return await startAll(layout, supervisor, options.users ?? []);
  } catch (error) {
    await supervisor.remove();
    throw error;
  }
}

async function startAll(layout: Layout, supervisor: Supervisor, users: readonly User[]): Promise<ControlPlane> {
  const { dir, adminToken: token } = layout;
  const kubeconfigPath = join(dir, 'kubeconfig');
  writeServerFiles(dir, [{ name: adminName, token, groups: ['system:masters'] }, ...users]);
  await supervisor.start(etcd(layout));
  await supervisor.start(apiServer(layout));
  const access: Access = { url: apiServerUrl(layout), token, caPem: readFileSync(caFile(dir), 'utf8') };
  writeKubeconfig(kubeconfigPath, access);
  await supervisor.start(controllerManager(layout));
  return {
    ...access,
    dir,
    kubeconfigPath,
    auditLogPath: layout.audit ? join(dir, 'audit.log') : undefined,
    restart: async (name, signal) => supervisor.start(await supervisor.stop(name, signal)),
    stop: async (keepLogsIn) => {
      await supervisor.stopAll();
      if (keepLogsIn) cpSync(join(dir, 'logs'), keepLogsIn, { recursive: true });
      await supervisor.remove();
    },
    release: () => supervisor.release(),
  };
}
