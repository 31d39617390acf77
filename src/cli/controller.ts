import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import type { CommandContext } from './context.ts';
import type { ControllerFlags } from './controller-flags.ts';
import { previewOptions } from './preview-options.ts';
import { logFormatOption, logLevelOption, sharedOptions } from './shared-options.ts';
import { address, json, positive } from './values.ts';

/** `alustan controller`: the controller alone, on the cluster that the kubeconfig or the pod names. */
export function controllerCommand(context: CommandContext): Command {
  const { env } = context;
  const runnerImage = env['ALUSTAN_RUNNER_IMAGE'] ?? 'ghcr.io/alustan/alustan:0.1.0';
  const command = new Command('controller')
    .description('Run the controller against a Kubernetes cluster')
    .option('--kubeconfig <file>', 'default: KUBECONFIG, the cluster around the pod, ~/.kube/config')
    .option('--namespace <name>', 'where cluster Secrets lie', env['ALUSTAN_NAMESPACE'] ?? 'alustan')
    .option('--runner-image <image>', 'of runner Jobs', runnerImage)
    .option('--runner-resources <json>', 'resources of runner Jobs, as a container has them (default: none)', json)
    .option('--runner-service-account <name>', 'of runner Jobs where a spec names none', 'alustan-runner')
    .option('--runner-cluster-role <name>', 'ClusterRole that it is bound to, in its namespace', 'alustan-runner')
    .option('--no-runner-auto-provision', 'make no account of runners: an administrator does')
    .option('--cache-dir <folder>', 'where git caches are kept', join(tmpdir(), 'alustan-cache'))
    .option(
      '--app-sync-interval <duration>',
      'between looks at git and registries (default: 5m)',
      env['SERVICE_SYNC_INTERVAL'],
    )
    .option(
      '--infra-sync-interval <duration>',
      'between looks for newer images of infrastructure (default: 6h)',
      env['INFRA_SYNC_INTERVAL'],
    )
    .option('--qps <number>', 'requests a second to the API server, leases apart', positive, 100)
    .option('--burst <number>', 'requests at once after a quiet time (default: twice --qps)', positive)
    .option('--no-leader-election', 'work at once: for a controller that has no replica')
    .option(
      '--github-webhook-secret-file <file>',
      'secret with which GitHub signs webhooks to /hooks/github; one a line',
    )
    .addOption(
      new Option('--http-address <address>', 'of probes, metrics and webhooks; none for no listener')
        .argParser(address)
        .default({ port: 8080 }, ':8080'),
    )
    .option(
      '--pod-ip <address>',
      'where other replicas reach this one: webhooks are sent on to who leads',
      env['POD_IP'],
    )
    .addOption(logLevelOption('info'))
    .addOption(logFormatOption('json'));
  for (const option of [...sharedOptions(), ...previewOptions()]) command.addOption(option);
  return command.action(async (flags: ControllerFlags) => {
    const { runController } = await import('./controller-run.ts');
    await runController(flags, context);
  });
}
