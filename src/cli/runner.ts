import { Command } from 'commander';
import { runHelm } from '../runner/helm.ts';
import { connectFrom } from './connection.ts';
import type { CommandContext } from './context.ts';

/** `alustan runner …`: what the controller's Jobs run. */
export function runnerCommand(context: CommandContext): Command {
  const helm = new Command('helm')
    .description('Run Helm once for the inputs that a Job mounts')
    .requiredOption('--input <folder>', 'folder of the mounted inputs')
    .requiredOption('--result <file>', 'file for the result, the termination log of the container')
    .option('--helm <program>', 'path of the Helm program', context.env['ALUSTAN_HELM'] ?? 'helm')
    .action(async (options: { input: string; result: string; helm: string }) => {
      const code = await runHelm({
        ...options,
        env: context.env,
        client: async () => (await connectFrom(context.env, { userAgent: 'alustan-runner' })).client,
        print: (line) => context.out.write(`${line}\n`),
        signal: context.signal,
      });
      context.exit(code);
    });
  return new Command('runner').description('Commands of runner Jobs; not for people').addCommand(helm);
}
