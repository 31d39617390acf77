import { InvalidArgumentError, Option } from 'commander';
import { parseRedirect, type Redirect } from '../core/redirect.ts';
import type { LogFormat } from './log.ts';
import { duration } from './values.ts';

/** Options that `controller` and `local` share. */
export function sharedOptions(): Option[] {
  return [
    repeatable(
      '--git-rewrite',
      '<FROM=TO>',
      "read git URLs that start with FROM from TO, as git's insteadOf; repeatable",
    ),
    repeatable('--registry-mirror', '<HOST=URL>', 'ask URL for the images of the registry HOST; repeatable'),
    new Option('--retry-delay <duration>', 'before a failed delivery is tried again; doubles each time')
      .argParser(duration)
      .default(10_000, '10s'),
  ];
}

export function logLevelOption(fallback: string): Option {
  const levels = ['debug', 'info', 'warn', 'error', 'silent'];
  return new Option('--log-level <level>', "of the controller's log, on stderr").choices(levels).default(fallback);
}

export function logFormatOption(fallback: LogFormat): Option {
  return new Option('--log-format <format>', 'json: a line of JSON an entry; pretty: for people')
    .choices(['json', 'pretty'] satisfies LogFormat[])
    .default(fallback);
}

function repeatable(name: string, value: string, description: string): Option {
  const collect = (text: string, before: readonly Redirect[]): readonly Redirect[] => {
    const parsed = parseRedirect(text, name);
    if (!parsed.ok) throw new InvalidArgumentError(parsed.failure.message);
    return [...before, parsed.value];
  };
  return new Option(`${name} ${value}`, description).argParser<readonly Redirect[]>(collect).default([], 'none');
}
