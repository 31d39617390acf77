import { Command, CommanderError } from 'commander';
import about from '../../package.json' with { type: 'json' };
import { type CommandContext, UsageError } from './context.ts';
import { controllerCommand } from './controller.ts';
import { crdsCommand, probeCommand, uninstallCommand } from './install.ts';
import { localCommand } from './local.ts';
import { runnerCommand } from './runner.ts';

/** Runs one command line and returns its exit code: 0 done, 1 failed, 2 wrong usage. */
export async function runCli(args: readonly string[], outer: Omit<CommandContext, 'exit'>): Promise<number> {
  let code = 0;
  const context: CommandContext = { ...outer, exit: (value) => (code = value) };
  const program = new Command('alustan')
    .description('GitOps delivery controller for Kubernetes')
    .version(about.version, '-v, --version')
    .addCommand(localCommand(context))
    .addCommand(controllerCommand(context))
    .addCommand(crdsCommand(context))
    .addCommand(uninstallCommand(context))
    .addCommand(probeCommand(context), { hidden: true })
    .addCommand(runnerCommand(context), { hidden: true })
    .addHelpText('after', '\nStart with: alustan local   (in a checkout: npm start)');
  prepare(program, context);
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    return explain(error, context);
  }
}

/** Every command writes where it is told to, and leaves the exit to `main`. */
function prepare(command: Command, { out, err }: Pick<CommandContext, 'out' | 'err'>): void {
  command
    .exitOverride()
    .showHelpAfterError('(--help shows all options)')
    .configureOutput({ writeOut: (text) => out.write(text), writeErr: (text) => err.write(text) });
  for (const child of command.commands) prepare(child, { out, err });
}

function explain(error: unknown, { env, err }: CommandContext): number {
  // Commander has told its own errors; help and version come as errors, too.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const usage = error instanceof UsageError;
  const detail = env['ALUSTAN_DEBUG'] && !usage && error instanceof Error ? `\n${error.stack}` : '';
  err.write(`alustan: ${error instanceof Error ? error.message : String(error)}${detail}\n`);
  return usage ? 2 : 1;
}
