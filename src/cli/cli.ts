import { Command, CommanderError } from 'commander';
import { type CommandContext, UsageError } from './context.ts';
import { controllerCommand } from './controller.ts';
import { localCommand } from './local.ts';
import { runnerCommand } from './runner.ts';

/** Runs one command line and returns its exit code: 0 done, 1 failed, 2 wrong usage. */
export async function runCli(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  out: CommandContext['out'],
  err: CommandContext['err'],
): Promise<number> {
  let code = 0;
  const context: CommandContext = { env, out, err, signal: stopSignal(), exit: (value) => (code = value) };
  const program = new Command('alustan')
    .description('GitOps delivery controller for Kubernetes')
    .exitOverride()
    .configureOutput({ writeOut: (text) => out.write(text), writeErr: (text) => err.write(text) })
    .addCommand(localCommand(context))
    .addCommand(controllerCommand(context))
    .addCommand(runnerCommand(context));
  inheritOutput(program, context);
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const usage = error instanceof UsageError;
    const detail = usage || !(error instanceof Error) || env['ALUSTAN_DEBUG'] === undefined ? '' : `\n${error.stack}`;
    err.write(`alustan: ${error instanceof Error ? error.message : String(error)}${detail}\n`);
    return usage ? 2 : 1;
  }
}

function inheritOutput(command: Command, context: CommandContext): void {
  for (const child of command.commands) {
    child.exitOverride().configureOutput({
      writeOut: (text) => context.out.write(text),
      writeErr: (text) => context.err.write(text),
    });
    inheritOutput(child, context);
  }
}

function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(130);
      stop.abort(name);
    });
  }
  return stop.signal;
}
