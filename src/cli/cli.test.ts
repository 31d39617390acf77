import { readFile } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import about from '../../package.json' with { type: 'json' };
import { runCli } from './cli.ts';

/** Runs one command line in this process. */
async function alustan(...args: string[]) {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const code = await runCli(args, { env: {}, out, err, signal: new AbortController().signal });
  out.end();
  err.end();
  return { code, out: await text(out), err: await text(err) };
}

describe('a wrong command line ends with 2 and says why', () => {
  it.each([
    { args: ['local', '--api-port', 'x'], says: "option '--api-port <port>' argument 'x' is invalid" },
    { args: ['local', '--http-port', '70000'], says: 'A port is a number from 0 to 65535' },
    { args: ['local', '--git-rewrite', 'https://a'], says: 'write --git-rewrite FROM=TO' },
    { args: ['local', '--registry-mirror', '=http://a'], says: 'write --registry-mirror FROM=TO' },
    { args: ['local', '--retry-delay', '0s'], says: 'Write a duration above zero' },
    { args: ['local', '--log-level', 'loud'], says: 'Allowed choices are debug, info' },
    { args: ['local', '--example', 'shed'], says: 'there is no example "shed": --example takes shop or none' },
    { args: ['local', '--no-such'], says: "unknown option '--no-such'" },
    { args: ['local', 'tag', 'shop/api'], says: "missing required argument 'tag'" },
    { args: ['controller', '--qps', 'many'], says: 'Write a number above zero' },
    { args: ['controller', '--burst', '0'], says: 'Write a number above zero' },
    { args: ['local', '--log-format', 'xml'], says: 'Allowed choices are json, pretty' },
    { args: ['controller', '--log-format', 'xml'], says: 'Allowed choices are json, pretty' },
    { args: ['runner', 'helm'], says: "required option '--input <folder>' not specified" },
    { args: ['locl'], says: 'Did you mean local?' },
    { args: [], says: 'Usage: alustan' },
  ])('$args', async ({ args, says }) => {
    const { code, out, err } = await alustan(...args);
    expect(err).toContain(says);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });
});

it('a command that cannot be done ends with 1 and says why', async () => {
  const { code, err } = await alustan('local', 'tag', 'shop/api', '0.3.0', '--data-dir', '/no/such');
  expect(code).toBe(1);
  expect(err).toBe(
    'alustan: /no/such/endpoints.json cannot be read: start the local mode first (npm start), or name its --data-dir\n',
  );
});

it('the data folder may stand before the name of the subcommand', async () => {
  const { err } = await alustan('local', '--data-dir', '/no/other', 'tag', 'shop/api', '0.3.0');
  expect(err).toContain('/no/other/endpoints.json');
});

it('the version and the help go to stdout, with 0', async () => {
  expect(await alustan('--version')).toEqual({ code: 0, out: `${about.version}\n`, err: '' });
  const { code, out } = await alustan('local', '--help');
  expect(code).toBe(0);
  expect(out).toContain('npm start -- --reset');
});

it('every option of local mode is documented, and none that it lacks', async () => {
  const { out } = await alustan('local', '--help');
  const page = await readFile(new URL('../../docs/local-mode.md', import.meta.url), 'utf8');
  const known = [...out.matchAll(/^ {2}(--[\w-]+)/gm)].map(([, name]) => name).sort();
  const told = [...page.matchAll(/^\| `(--[\w-]+)/gm)].map(([, name]) => name).sort();
  expect(told).toEqual(known);
});
