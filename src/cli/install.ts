import { Command } from 'commander';
import { connectFrom } from './connection.ts';
import type { CommandContext } from './context.ts';
import { duration, port } from './values.ts';

type Flags = Readonly<{ kubeconfig?: string; apply: boolean; namespace: string; everything: boolean; timeout: number }>;

const kubeconfig = ['--kubeconfig <file>', 'default: KUBECONFIG, the cluster around the pod, ~/.kube/config'] as const;

/** `alustan crds`: the definitions of our kinds, printed or applied. */
export function crdsCommand({ env, out, signal }: CommandContext): Command {
  return new Command('crds')
    .description('Print the custom resource definitions, or bring those of a cluster up to date')
    .option('--apply', 'apply them instead, and wait until they are served', false)
    .option(...kubeconfig)
    .action(async (flags: Flags) => {
      const { applyDefinitions, definitions } = await import('../controller/install/definitions.ts');
      if (!flags.apply) {
        const { stringify } = await import('yaml');
        out.write(
          definitions()
            .map((each) => stringify(each, { aliasDuplicateObjects: false }))
            .join('---\n'),
        );
        return;
      }
      const { client, close } = await connectFrom(env, { kubeconfig: flags.kubeconfig, userAgent: 'alustan-crds' });
      await applyDefinitions(client, signal).finally(close);
      for (const { metadata } of definitions()) out.write(`${metadata.name} is served\n`);
    });
}

/** `alustan uninstall`: what the chart runs before it goes. */
export function uninstallCommand({ env, out, signal }: CommandContext): Command {
  return new Command('uninstall')
    .description('Stop the controller and take its finalizers off; what was delivered stays')
    .option('--namespace <name>', 'of the controller', env['ALUSTAN_NAMESPACE'] ?? 'alustan')
    .option('--everything', 'before that delete all that was delivered, afterwards the kinds', false)
    .option(...kubeconfig)
    .action(async ({ namespace, everything, ...flags }: Flags) => {
      const { uninstall } = await import('../controller/install/uninstall.ts');
      const { client, close } = await connectFrom(env, {
        kubeconfig: flags.kubeconfig,
        userAgent: 'alustan-uninstall',
      });
      const say = (line: string) => void out.write(`${line}\n`);
      await uninstall({ client, namespace, everything, say }, signal).finally(close);
    });
}

/** `alustan probe`: asks a server until it answers well; for tests of an installation, in an image without a shell. */
export function probeCommand({ out, signal }: CommandContext): Command {
  return new Command('probe')
    .description('Ask an HTTP server until it answers with 200')
    .argument('<host>', 'name or IP address')
    .argument('<port>', 'for example 8080', port)
    .argument('<path>', 'for example /readyz')
    .option('--timeout <duration>', 'how long to try', duration, 60_000)
    .action(async (host: string, at: number, path: string, { timeout }: Flags) => {
      const { probe } = await import('./probe.ts');
      const url = `http://${host.includes(':') ? `[${host}]` : host}:${at}${path}`;
      out.write(`${await probe(url, AbortSignal.any([signal, AbortSignal.timeout(timeout)]))}\n`);
    });
}
