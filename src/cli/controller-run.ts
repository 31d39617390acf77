import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { leadController } from '../controller/lead.ts';
import { type ControllerOptions, defaultIntervalMs } from '../controller/options.ts';
import { startController } from '../controller/start.ts';
import { intervalOr } from '../core/duration.ts';
import { connectFrom } from './connection.ts';
import { type CommandContext, stopped } from './context.ts';
import type { ControllerFlags } from './controller-flags.ts';
import { createLog } from './log.ts';

/** Runs the controller, alone or as the leader of several, until the first SIGINT or SIGTERM. */
export async function runController(flags: ControllerFlags, { env, err, signal }: CommandContext): Promise<void> {
  const log = createLog({ level: flags.logLevel, format: flags.logFormat, to: err });
  const { kubeconfig, qps, burst = 2 * qps } = flags;
  const connection = await connectFrom(env, { kubeconfig, userAgent: 'alustan', qps, burst });
  const options = {
    ...{ client: connection.client, log, controllerNamespace: flags.namespace, cacheDir: flags.cacheDir },
    runner: { image: flags.runnerImage, command: ['alustan'] },
    gitRewrites: flags.gitRewrite,
    registryMirrors: flags.registryMirror,
    intervalMs: intervalOr(flags.appSyncInterval, defaultIntervalMs, (why) => log.warn({}, `appSyncInterval: ${why}`)),
    settings: { retryDelayMs: flags.retryDelay },
    leading: () => log.info({ server: connection.server }, 'the controller runs'),
  };
  try {
    const { urgent, guarded } = connection;
    // The pod's name says where it runs, the rest tells a process from its forerunner in the same pod.
    const identity = `${hostname()}_${randomUUID()}`;
    if (flags.leaderElection) await leadController({ ...options, urgent, guarded, identity }, signal);
    else await runAlone(options, signal);
  } finally {
    await connection.close();
  }
}

async function runAlone(options: ControllerOptions & { leading: () => void }, signal: AbortSignal): Promise<void> {
  const controller = await startController({ ...options, signal });
  options.leading();
  await stopped(signal);
  await controller.close();
}
