import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const exec = promisify(execFile);

/** One command of a session and what it prints, normalised. */
export type Step = Readonly<{ command: string; prints: string }>;

/** Reads a transcript: `$ command`, then the lines that it printed. */
export function parseTranscript(text: string): Step[] {
  const parts = text.split(/^\$ /m).slice(1);
  return parts.map((part) => {
    const end = part.indexOf('\n');
    return { command: part.slice(0, end), prints: part.slice(end + 1).trimEnd() };
  });
}

/** Splits a command line at spaces; single quotes hold a word together. */
function words(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

/** Runs a command line as a user would, with `NAME=value` settings added to the environment; what it says on either stream is its output. Never rejects. */
export async function run(command: string, options: { cwd: string; settings: readonly string[] }): Promise<string> {
  const { cwd, settings } = options;
  const said = (result: { stdout: string; stderr: string }): string => result.stdout + result.stderr;
  return exec('env', [...settings, ...words(command)], {
    cwd,
    timeout: 30_000,
    killSignal: 'SIGKILL',
    maxBuffer: 16 * 1024 * 1024,
  }).then(said, said);
}

const replacements: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UID'],
  [/resourceVersion: "\d+"/g, 'resourceVersion: "N"'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'TIME'],
  [/\b10\.\d+\.\d+\.\d+\b/g, 'ADDRESS'],
  [/(?<= )\d+(m\d+)?s(?=\s|$)/gm, 'AGE'],
  [/\S*\/tmp\/\S+/g, 'PATH'],
  // The columns' width follows the longest word, which may be one of the above.
  [/(?<=\S) {2,}/g, ' '],
  [/ $/gm, ''],
];

/** Takes out of an output what differs from run to run. */
export function normalise(output: string, namespace: string): string {
  const named = output.replaceAll(namespace, 'NAMESPACE');
  return replacements.reduce((text, [pattern, by]) => text.replace(pattern, by), named).trimEnd();
}
