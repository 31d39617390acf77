import { Command } from 'commander';
import { connectFrom } from './connection.ts';
import type { CommandContext } from './context.ts';

type Flags = Readonly<{ input: string; result: string; helm: string }>;

/** `alustan runner …`: what the controller's Jobs run. */
export function runnerCommand(context: CommandContext): Command {
  const { env, out, signal } = context;
  const helm = new Command('helm')
    .description('Run Helm once for the inputs that a Job mounts')
    .requiredOption('--input <folder>', 'folder of the mounted inputs')
    .requiredOption('--result <file>', 'file for the result, the termination log of the container')
    .option('--helm <program>', 'path of the Helm program', env['ALUSTAN_HELM'] ?? 'helm')
    .action(async (flags: Flags) => {
      const { runHelm } = await import('../runner/helm.ts');
      const client = async () => (await connectFrom(env, { userAgent: 'alustan-runner' })).client;
      context.exit(await runHelm({ ...flags, env, client, print: (line) => out.write(`${line}\n`), signal }));
    });
  return new Command('runner').description('Commands of runner Jobs; not for people').addCommand(helm);
}
