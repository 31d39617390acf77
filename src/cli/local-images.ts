import { Command } from 'commander';
import type { CommandContext } from './context.ts';

type Flags = Readonly<{ from?: string }>;
type ImageFlags = Readonly<{ workdir?: string; cmd?: string }>;

/** `alustan local tag shop/api 0.3.0`: a newer version without building one. */
export function tagCommand(context: CommandContext): Command {
  return new Command('tag')
    .description('Give an image of the local registry one more tag')
    .argument('<repository>', 'for example shop/api')
    .argument('<tag>', 'the new tag, for example 0.3.0')
    .option('--from <tag>', 'the tag to start from; default: the highest version')
    .option('--data-dir <folder>', 'data folder of the local mode that runs', '.alustan')
    .action(async (repository: string, to: string, flags: Flags, command: Command) => {
      const { tagImage } = await import('../local/registry/client/tag-image.ts');
      const from = flags.from === undefined ? {} : { from: flags.from };
      const done = await tagImage({ registryUrl: await registryOf(command), repository, to, ...from });
      context.out.write(`${repository}:${to} is ${repository}:${done.from} (${done.digest})\n`);
    });
}

/** `alustan local image shop/api:0.4.0 FOLDER`: an image with real content, without a container engine. */
export function imageCommand(context: CommandContext): Command {
  return new Command('image')
    .description('Put an image into the local registry: a folder as its one layer, or a tar of docker save')
    .argument('<reference>', 'for example shop/api:0.4.0')
    .argument('<source>', 'folder, OCI layout, or tar')
    .option('--workdir <path>', 'of a folder: where its files lie in the image, and where its command runs')
    .option('--cmd <line>', 'of a folder: the command, a line for a shell')
    .option('--data-dir <folder>', 'data folder of the local mode that runs', '.alustan')
    .action(async (reference: string, source: string, flags: ImageFlags, command: Command) => {
      const { pushImage } = await import('../local/registry/image/push-image.ts');
      const { shellConfig } = await import('../local/registry/image/config.ts');
      const place = flags.workdir === undefined ? {} : { into: flags.workdir };
      const what = { reference, source, config: shellConfig(flags.workdir, flags.cmd), ...place };
      const { digest } = await pushImage({ registryUrl: await registryOf(command), ...what });
      context.out.write(`pushed ${reference} (${digest})\n`);
    });
}

/** The data folder may be named before the subcommand, too: `alustan local --data-dir x tag …`. */
async function registryOf(command: Command): Promise<string> {
  const { readEndpoints } = await import('../local/mode/endpoints.ts');
  const own = command.getOptionValueSource('dataDir') === 'default' ? command.parent : command;
  return (await readEndpoints(String(own?.getOptionValue('dataDir')))).http;
}
