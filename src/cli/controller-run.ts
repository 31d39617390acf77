import { defaultIntervalMs } from '../controller/options.ts';
import { startController } from '../controller/start.ts';
import { intervalOr } from '../core/duration.ts';
import { connectFrom } from './connection.ts';
import { type CommandContext, stopped } from './context.ts';
import type { ControllerFlags } from './controller-flags.ts';
import { createLog } from './log.ts';

/** Runs the controller until the first SIGINT or SIGTERM. */
export async function runController(flags: ControllerFlags, { env, err, signal }: CommandContext): Promise<void> {
  const log = createLog({ level: flags.logLevel, format: flags.logFormat, to: err });
  const { kubeconfig, qps } = flags;
  const connection = await connectFrom(env, { kubeconfig, userAgent: 'alustan', qps, burst: 2 * qps });
  const controller = await startController({
    ...{ client: connection.client, log, controllerNamespace: flags.namespace, cacheDir: flags.cacheDir },
    runner: { image: flags.runnerImage, command: ['alustan'] },
    gitRewrites: flags.gitRewrite,
    registryMirrors: flags.registryMirror,
    intervalMs: intervalOr(flags.appSyncInterval, defaultIntervalMs, (why) => log.warn({}, `appSyncInterval: ${why}`)),
    settings: { retryDelayMs: flags.retryDelay },
  });
  log.info({ server: connection.server }, 'the controller runs');
  await stopped(signal);
  await controller.close();
  await connection.close();
}
