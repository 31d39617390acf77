import { Argument, Command, InvalidArgumentError } from 'commander';
import type { Order, Shown } from '../local/github/control.ts';
import { showPull, showPulls } from '../local/github/text.ts';
import type { CommandContext } from './context.ts';

type OpenFlags = Readonly<{
  branch: string;
  title?: string;
  label?: string[];
  draft?: boolean;
  fork?: boolean;
  author?: string;
  base?: string;
  sha?: string;
  file?: string[];
}>;

/** `alustan local pr …`: what people do at GitHub, done to the one of local mode. */
export function pullRequestCommand(context: CommandContext): Command {
  const command = new Command('pr')
    .description('Open, label, push and close pull requests of the local GitHub')
    .option('--data-dir <folder>', 'data folder of the local mode that runs', '.alustan');
  const send = sender(context, command);
  command
    .addCommand(openCommand(send))
    .addCommand(listCommand(context, command))
    .addCommand(showCommand(context, command));
  for (const [verb, what] of [
    ['label', 'Put a label on it'],
    ['unlabel', 'Take a label off it'],
  ] as const) {
    numbered(verb, what)
      .argument('<label>', 'for example preview')
      .action((repository: string, number: number, label: string) => send(repository, { do: verb, number, label }));
  }
  for (const [verb, what] of [
    ['close', 'Close it'],
    ['merge', 'Merge it'],
    ['reopen', 'Open it again'],
    ['draft', 'Make it a draft'],
    ['ready', 'Make a draft ready'],
  ] as const) {
    numbered(verb, what).action((repository: string, number: number) => send(repository, { do: verb, number }));
  }
  numbered('push', 'Move it to a new commit: that of its branch in the git server, or a made-up one')
    .option('--sha <commit>', 'just this one')
    .action((repository: string, number: number, { sha }: { sha?: string }) =>
      send(repository, { do: 'push', number, ...(sha === undefined ? {} : { sha }) }),
    );
  numbered('comment', 'Write on it, for example "/preview restart"')
    .argument('<text>', 'what is written')
    .option('--author <name>', 'who writes; default: the owner of the repository')
    .action((repository: string, number: number, body: string, { author }: { author?: string }) =>
      send(repository, { do: 'comment', number, body, ...(author === undefined ? {} : { author }) }),
    );
  return command;

  function numbered(verb: string, what: string): Command {
    const made = new Command(verb).description(what).addArgument(repositoryArgument()).addArgument(numberArgument());
    command.addCommand(made);
    return made;
  }
}

function openCommand(send: Send): Command {
  return new Command('open')
    .description('Open a pull request')
    .addArgument(repositoryArgument())
    .requiredOption('--branch <name>', 'its branch')
    .option('--label <label...>', 'labels that it has from the beginning')
    .option('--title <text>', 'default: the branch')
    .option('--draft', 'as a draft')
    .option('--fork', "from the author's fork")
    .option('--author <name>', 'default: the owner of the repository')
    .option('--base <branch>', 'what it is to be merged into; default: main')
    .option('--sha <commit>', 'its commit; default: that of the branch in the git server, or a made-up one')
    .option('--file <path...>', 'files that it changes; default: README.md')
    .action((repository: string, { label: labels, file: files, ...rest }: OpenFlags) =>
      send(repository, { do: 'open', ...rest, ...(labels ? { labels } : {}), ...(files ? { files } : {}) }),
    );
}

function listCommand({ out }: CommandContext, parent: Command): Command {
  return new Command('list')
    .description('All pull requests of a repository')
    .addArgument(repositoryArgument())
    .action(async (repository: string) => {
      out.write(showPulls(await order(await urlOf(parent), repository, { do: 'list' })));
    });
}

function showCommand({ out }: CommandContext, parent: Command): Command {
  return new Command('show')
    .description('One pull request, with what is said on it')
    .addArgument(repositoryArgument())
    .addArgument(numberArgument())
    .action(async (repository: string, number: number) => {
      const [shown] = await order(await urlOf(parent), repository, { do: 'show', number });
      if (shown !== undefined) out.write(showPull(shown));
    });
}

type Send = (repository: string, asked: Order) => Promise<void>;

function sender({ out }: CommandContext, parent: Command): Send {
  return async (repository, asked) => {
    out.write(showPulls(await order(await urlOf(parent), repository, asked)));
  };
}

async function order(url: string, repository: string, asked: Order): Promise<readonly Shown[]> {
  const answer = await fetch(`${url}/github/_local/${repository}`, { method: 'POST', body: JSON.stringify(asked) });
  const body = (await answer.json()) as readonly Shown[] & { message?: string };
  if (!answer.ok) throw new Error(body.message ?? `the local GitHub answered ${answer.status}`);
  return body;
}

/** The data folder may be named at `local`, at `pr`, or not at all. */
async function urlOf(command: Command): Promise<string> {
  const { readEndpoints } = await import('../local/mode/endpoints.ts');
  const own = command.getOptionValueSource('dataDir') === 'default' ? command.parent : command;
  return (await readEndpoints(String(own?.getOptionValue('dataDir')))).http;
}

function repositoryArgument(): Argument {
  return new Argument('<repository>', 'for example shop/web').argParser((text) => {
    if (/^[\w.-]+\/[\w.-]+$/.test(text)) return text;
    throw new InvalidArgumentError('write OWNER/NAME, for example shop/web');
  });
}

function numberArgument(): Argument {
  return new Argument('<number>', 'of the pull request').argParser((text) => {
    const number = Number(text.replace(/^#/, ''));
    if (Number.isInteger(number) && number > 0) return number;
    throw new InvalidArgumentError('write the number of a pull request, for example 1');
  });
}
