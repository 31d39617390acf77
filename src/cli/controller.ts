import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { defaultIntervalMs } from '../controller/options.ts';
import { startController } from '../controller/start.ts';
import { intervalOr } from '../core/duration.ts';
import type { Redirect } from '../core/redirect.ts';
import { connectFrom } from './connection.ts';
import type { CommandContext } from './context.ts';
import { redirect } from './local.ts';
import { createLog, type LogFormat } from './log.ts';

type Flags = Readonly<{
  kubeconfig?: string;
  namespace: string;
  runnerImage: string;
  cacheDir: string;
  appSyncInterval?: string;
  gitRewrite: readonly Redirect[];
  registryMirror: readonly Redirect[];
  logLevel: string;
  logFormat: LogFormat;
  qps: string;
}>;

/** `alustan controller`: the controller alone, on the cluster that the kubeconfig or the pod names. */
export function controllerCommand(context: CommandContext): Command {
  const { env } = context;
  return new Command('controller')
    .description('Run the controller against a Kubernetes cluster')
    .option('--kubeconfig <file>', 'default: KUBECONFIG, the cluster around the pod, ~/.kube/config')
    .option('--namespace <name>', 'where cluster Secrets lie', env['ALUSTAN_NAMESPACE'] ?? 'alustan')
    .option(
      '--runner-image <image>',
      'image of runner Jobs',
      env['ALUSTAN_RUNNER_IMAGE'] ?? 'ghcr.io/alustan/alustan:0.1.0',
    )
    .option('--cache-dir <folder>', 'where git caches are kept', join(tmpdir(), 'alustan-cache'))
    .option('--app-sync-interval <duration>', 'between looks at git and registries', env['SERVICE_SYNC_INTERVAL'])
    .option('--qps <number>', 'requests a second to the API server', '100')
    .option(
      '--git-rewrite <FROM=TO>',
      'read git URLs that start with FROM from TO; repeatable',
      redirect('--git-rewrite'),
      [],
    )
    .option(
      '--registry-mirror <HOST=URL>',
      'ask URL for the images of HOST; repeatable',
      redirect('--registry-mirror'),
      [],
    )
    .addOption(new Option('--log-level <level>').choices(['debug', 'info', 'warn', 'error', 'silent']).default('info'))
    .addOption(new Option('--log-format <format>').choices(['json', 'pretty']).default('json'))
    .action((flags: Flags) => run(flags, context));
}

async function run(flags: Flags, { env, err, signal }: CommandContext): Promise<void> {
  const log = createLog({ level: flags.logLevel, format: flags.logFormat, to: err });
  const qps = Number(flags.qps);
  const connection = await connectFrom(env, {
    kubeconfig: flags.kubeconfig,
    userAgent: 'alustan',
    qps,
    burst: 2 * qps,
  });
  const controller = await startController({
    ...{ client: connection.client, log, controllerNamespace: flags.namespace, cacheDir: flags.cacheDir },
    runner: { image: flags.runnerImage, command: ['alustan'] },
    gitRewrites: flags.gitRewrite,
    registryMirrors: flags.registryMirror,
    intervalMs: intervalOr(flags.appSyncInterval, defaultIntervalMs, (why) => log.warn({}, `appSyncInterval: ${why}`)),
  });
  log.info({ server: connection.server }, 'the controller runs');
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  await controller.close();
  await connection.close();
}
