import { cpSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Access } from './api.ts';
import { ensureBinaries } from './build.ts';
import { apiServer, apiServerUrl, caFile, controllerManager, etcd, type Layout } from './components.ts';
import { type Audit, adminName, newToken, type User, writeKubeconfig, writeServerFiles } from './files.ts';
import { cleanOrphans } from './janitor.ts';
import { runPrefix } from './paths.ts';
import { freePort } from './ports.ts';
import { Supervisor } from './supervisor.ts';

export type ControlPlaneOptions = Readonly<{
  /** Log requests: verb, path, user; of all, which costs the API server some time, or of Jobs only. Off by default. */
  audit?: Audit;
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
    restart(component: string, signal?: NodeJS.Signals): Promise<void>;
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
  return supervised(options.dir, (supervisor) =>
    startComponents(supervisor, options, {
      binaries,
      address: '127.0.0.1',
      serviceRange: '10.96.0.0/16',
      reachedByPods: false,
    }),
  );
}

/** Has `start` run in a folder of its own (`dir`, or a fresh one), of which nothing stays when it fails. */
export async function supervised<T>(
  dir: string | undefined,
  start: (supervisor: Supervisor) => Promise<T>,
): Promise<T> {
  await cleanOrphans();
  if (dir) mkdirSync(dir, { recursive: true, mode: 0o700 });
  const supervisor = new Supervisor(dir ?? mkdtempSync(runPrefix));
  try {
    return await start(supervisor);
  } catch (error) {
    await supervisor.remove();
    throw error;
  }
}

export type Place = Pick<Layout, 'binaries' | 'address' | 'serviceRange' | 'reachedByPods'>;

/** Starts the three components in a supervisor's folder. */
export async function startComponents(
  supervisor: Supervisor,
  options: ControlPlaneOptions,
  place: Place,
): Promise<ControlPlane> {
  const { dir } = supervisor;
  const layout: Layout = {
    ...place,
    dir,
    etcdPort: await freePort(),
    etcdPeerPort: await freePort(),
    apiPort: await freePort(place.address),
    adminToken: newToken(),
    audit: options.audit !== undefined,
    without: options.without ?? [],
  };
  const token = layout.adminToken;
  const kubeconfigPath = join(dir, 'kubeconfig');
  const users = [{ name: adminName, token, groups: ['system:masters'] }, ...(options.users ?? [])];
  writeServerFiles(dir, users, options.audit);
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
