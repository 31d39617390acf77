import { Command, InvalidArgumentError, Option } from 'commander';
import { parseRedirect, type Redirect } from '../core/redirect.ts';
import type { CommandContext } from './context.ts';
import { imageCommand, tagCommand } from './local-images.ts';
import { runLocal } from './local-run.ts';

export type LocalFlags = Readonly<{
  dataDir: string;
  apiPort: number;
  httpPort: number;
  example: string;
  reset: boolean;
  gitRewrite: readonly Redirect[];
  registryMirror: readonly Redirect[];
  logLevel: string;
}>;

/** `alustan local`: the whole product on this machine, for trying, developing and testing. */
export function localCommand(context: CommandContext): Command {
  return new Command('local')
    .description('Run everything on this machine: Kubernetes API, git server, registry and controller')
    .option('--data-dir <folder>', 'where all data are kept', '.alustan')
    .option('--api-port <port>', 'port of the Kubernetes API, the next free one when taken', port, 7443)
    .option('--http-port <port>', 'port of git server and registry, the next free one when taken', port, 7070)
    .option('--example <name>', 'example to seed on the first start, or none', 'shop')
    .option('--reset', 'delete the data folder first', false)
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
    .addOption(
      new Option('--log-level <level>', "the controller's own log on stderr")
        .choices(['debug', 'info', 'warn', 'error', 'silent'])
        .default('warn'),
    )
    .action((flags: LocalFlags) => runLocal(flags, context))
    .addCommand(tagCommand(context))
    .addCommand(imageCommand(context));
}

function port(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  throw new InvalidArgumentError('a port is a number from 0 to 65535.');
}

/** Collects `FROM=TO` rules of a repeatable option. */
export function redirect(option: string): (text: string, before: readonly Redirect[]) => Redirect[] {
  return (text, before) => {
    const parsed = parseRedirect(text, option);
    if (!parsed.ok) throw new InvalidArgumentError(parsed.failure.message);
    return [...before, parsed.value];
  };
}
