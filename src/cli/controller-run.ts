import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import about from '../../package.json' with { type: 'json' };
import { leadController } from '../controller/lead.ts';
import { type ControllerOptions, defaultInfraIntervalMs, defaultIntervalMs } from '../controller/options.ts';
import { startController } from '../controller/start.ts';
import { intervalOr } from '../core/duration.ts';
import { identityOf } from '../core/identity.ts';
import type { Log } from '../core/log.ts';
import type { Connection } from '../kube/connect.ts';
import { createApp, type Mount } from '../server/app.ts';
import { githubHooks } from '../server/hooks/github.ts';
import { secretFile } from '../server/hooks/secret-file.ts';
import { listen } from '../server/listen.ts';
import { createMetrics, type Metrics } from '../server/metrics.ts';
import { Presence } from '../server/presence.ts';
import { connectFrom } from './connection.ts';
import { type CommandContext, stopped } from './context.ts';
import type { ControllerFlags } from './controller-flags.ts';
import { createLog } from './log.ts';
import { previewsOf } from './preview-options.ts';

type Parts = Readonly<{
  flags: ControllerFlags;
  log: Log;
  connection: Connection;
  presence: Presence;
  metrics: Metrics;
}>;

/** Runs the controller, alone or as the leader of several, until the first SIGINT or SIGTERM. */
export async function runController(flags: ControllerFlags, { env, err, signal }: CommandContext): Promise<void> {
  const log = createLog({ level: flags.logLevel, format: flags.logFormat, to: err });
  const presence = new Presence();
  const metrics = createMetrics(presence, about.version);
  const { kubeconfig, qps, burst = 2 * qps } = flags;
  const { requested } = metrics.telemetry;
  const connection = await connectFrom(env, { kubeconfig, userAgent: 'alustan', qps, burst, requested });
  const parts = { flags, log, connection, presence, metrics };
  try {
    const stopServing = await serve(parts);
    // The listener goes last: probes are answered, with `stopping`, until all else has ended.
    await work(parts, signal).finally(stopServing);
  } finally {
    await connection.close();
  }
}

/** Opens the HTTP listener, if there is to be one. Returns how to close it. */
async function serve({ flags, presence, metrics, log }: Parts): Promise<() => Promise<void>> {
  if (flags.httpAddress === undefined || flags.httpAddress === '') return async () => {};
  const secrets = secretFile(flags.githubWebhookSecretFile, log);
  const hooks = githubHooks({ secrets, bells: presence.controller, log });
  const mounts: readonly Mount[] = [{ path: '/hooks/github', app: hooks }];
  const { port, close } = await listen(createApp({ presence, metrics, mounts, log }), flags.httpAddress);
  log.info({ port }, 'probes and metrics are served');
  return close;
}

function work(parts: Parts, signal: AbortSignal): Promise<void> {
  const { flags, connection, presence, log } = parts;
  const become: Presence['become'] = (role, controller, holder) => {
    presence.become(role, controller, holder);
    if (role === 'leading') log.info({ server: connection.server }, 'the controller runs');
  };
  const options = optionsOf(parts);
  if (!flags.leaderElection) return runAlone(options, signal, become);
  const identity = identityOf(hostname(), randomUUID(), urlToUs(flags));
  const { urgent, guarded } = connection;
  return leadController({ ...options, urgent, guarded, identity, become }, signal);
}

function resourcesOf({ runnerResources: resources }: ControllerFlags) {
  return resources === undefined ? {} : { resources };
}

/** Where other replicas reach the listener. */
function urlToUs({ podIp, httpAddress }: ControllerFlags): string | undefined {
  if (podIp === undefined || httpAddress === undefined || httpAddress === '') return undefined;
  return `http://${podIp.includes(':') ? `[${podIp}]` : podIp}:${httpAddress.port}`;
}

async function runAlone(options: ControllerOptions, signal: AbortSignal, become: Presence['become']): Promise<void> {
  become('loading');
  const controller = await startController({ ...options, signal });
  become('leading', controller);
  await stopped(signal);
  become('stopping');
  await controller.close();
}

function optionsOf({ flags, connection, log, metrics }: Parts): ControllerOptions {
  return {
    client: connection.client,
    log,
    telemetry: metrics.telemetry,
    controllerNamespace: flags.namespace,
    cacheDir: flags.cacheDir,
    runner: { image: flags.runnerImage, command: ['alustan'], ...resourcesOf(flags) },
    gitRewrites: flags.gitRewrite,
    registryMirrors: flags.registryMirror,
    intervalMs: intervalOr(flags.appSyncInterval, defaultIntervalMs, (why) => log.warn({}, `appSyncInterval: ${why}`)),
    previews: previewsOf(flags),
    infraIntervalMs: intervalOr(flags.infraSyncInterval, defaultInfraIntervalMs, (why) =>
      log.warn({}, `infraSyncInterval: ${why}`),
    ),
    settings: { retryDelayMs: flags.retryDelay },
    accounts: {
      name: flags.runnerServiceAccount,
      clusterRole: flags.runnerClusterRole,
      autoProvision: flags.runnerAutoProvision,
    },
  };
}
