import { Command } from 'commander';
import type { CommandContext } from './context.ts';
import type { LocalFlags } from './local-flags.ts';
import { imageCommand, tagCommand } from './local-images.ts';
import { pullRequestCommand } from './local-pr.ts';
import { logFormatOption, logLevelOption, sharedOptions } from './shared-options.ts';
import { port } from './values.ts';

/** `alustan local`: the whole product on this machine, for trying, developing and testing. */
export function localCommand(context: CommandContext): Command {
  const command = new Command('local')
    .description('Run everything on this machine: Kubernetes API, git server, registry and controller')
    .option('--data-dir <folder>', 'where all data are kept', '.alustan')
    .option('--api-port <port>', 'of the Kubernetes API; the next free one when taken, any when 0', port, 7443)
    .option('--http-port <port>', 'of git server and registry; the next free one when taken, any when 0', port, 7070)
    .option('--example <name>', 'example to seed on the first start, or none', 'shop')
    .option('--reset', 'delete the data folder first', false)
    .addOption(logLevelOption('warn'))
    .addOption(logFormatOption('pretty'));
  for (const option of sharedOptions()) command.addOption(option);
  return command
    .action(async (flags: LocalFlags) => {
      // Loaded here, not above: other commands, runner Jobs above all, start without the half second that it takes.
      const { runLocal } = await import('./local-run.ts');
      await runLocal(flags, context);
    })
    .addCommand(tagCommand(context))
    .addCommand(imageCommand(context))
    .addCommand(pullRequestCommand(context))
    .addHelpText('after', help);
}

const help = `
Examples:
  npm start                                         the example "shop" in .alustan
  npm start -- --data-dir /tmp/try --example none   an empty installation elsewhere
  npm start -- --reset                              from the beginning
  npm run -s alustan -- local tag shop/api 0.3.0    a newer tag, while it runs
  npm run -s alustan -- local pr open shop/web --branch feat-x --label preview
`;
