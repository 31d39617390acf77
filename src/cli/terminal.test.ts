import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../core/resource.ts';
import type { LocalFlags } from './local-flags.ts';
import { lineOf, withoutStates } from './local-states.ts';
import { Progress } from './progress.ts';
import { nameColumn, render } from './state-line.ts';
import { welcome } from './welcome.ts';

const stream = (terminal: boolean) => Object.assign(new PassThrough(), terminal ? { isTTY: true, columns: 90 } : {});
const at = new Date(2026, 0, 1, 9, 5, 7);
const service = (state: string, reason: string, message: string, status = 'True'): KubeObject => ({
  apiVersion: 'alustan.io/v1alpha1',
  kind: 'Service',
  metadata: { name: 'api', namespace: 'shop' },
  status: { state, message, conditions: [{ type: 'Ready', reason, status }] },
});

describe('a line of a state', () => {
  const words = 'Job api-1 delivers localhost:7070/shop/api:0.3.0, chart at 890f4cb758f2, since noon';
  const advice =
    'plan +1 ~0 −0; approve it: kubectl annotate tf/net -n shop alustan.io/approve=0123456789abcdef; or not';
  const show = (columns: number | undefined, works: boolean, message: string) => {
    const line = lineOf(service('Progressing', 'Any', message, works ? 'Unknown' : 'False'));
    const out = columns === undefined ? stream(false) : Object.assign(stream(true), { columns });
    return line && stripVTControlCharacters(render(out, 'service shop/api'.padEnd(30), line, at)).split('\n');
  };
  const head = `09:05:07  ${'service shop/api'.padEnd(30)}  Progressing`;

  it.each([
    ['in a pipe: all of it in one line', undefined, true, words, [`${head}  ${words}`]],
    ['wide: in one line', 200, false, words, [`${head}  ${words}`]],
    ['work under way is cut', 100, true, words, [`${head}  Job api-1 delivers localhost:7070/shop/api:0…`]],
    [
      'narrow: below, where there is room for what matters',
      80,
      true,
      words,
      [head, `          ${words.slice(0, 69)}…`],
    ],
    [
      'what waits for a person is whole, broken between words, and its command can be pasted',
      80,
      false,
      advice,
      [head, '          plan +1 ~0 −0; approve it:', `          ${advice.slice(27)}`],
    ],
    [
      'broken beside the state where that is wide enough',
      100,
      false,
      words,
      [
        `${head}  Job api-1 delivers`,
        `${' '.repeat(55)}localhost:7070/shop/api:0.3.0, chart at`,
        `${' '.repeat(55)}890f4cb758f2, since noon`,
      ],
    ],
  ] as const)('%s', (_title, columns, works, message, shown) => expect(show(columns, works, message)).toEqual(shown));

  it('has colours on a terminal only', () => {
    const line = { state: 'Completed', message: '', same: '', works: false };
    expect(render(stream(false), 'x', line, at)).toBe('09:05:07  x  Completed');
  });
  it('begins its state in one column, also after "terraform" and in the namespace of a preview', () => {
    const pad = nameColumn(Object.assign(stream(true), { columns: 100 }));
    const names = ['terraform shop/staging-cluster', 'service preview-feat-x-1/web-service', 'service shop/api'].map(
      pad,
    );
    expect(names.map(({ length }) => length)).toEqual([30, 36, 36]);
    expect(pad(`service ${'a'.repeat(60)}/b`).length).toBeGreaterThan(60);
    expect(pad('service shop/api').length).toBe(40);
  });
  it('is the same while only the numbers of its message change', () => {
    const same = (message: string) => lineOf(service('Progressing', 'Unhealthy', message))?.same;
    expect(same('0 of 2 ready')).toBe(same('1 of 2 ready'));
  });
  it('is another for another reason, and for another message of a state that stays', () => {
    expect(lineOf(service('Progressing', 'A', 'x'))?.same).not.toBe(lineOf(service('Progressing', 'B', 'x'))?.same);
    expect(lineOf(service('Completed', 'A', '1'))?.same).not.toBe(lineOf(service('Completed', 'A', '2'))?.same);
  });
  it('is none before there is a state', () => {
    expect(lineOf({ ...service('', '', ''), status: {} })).toBeUndefined();
  });
});

it('the log of local mode says nothing of states that have lines of their own, and all else', () => {
  const said: string[] = [];
  const at = (level: string) => (_: unknown, message: string) => void said.push(`${level} ${message}`);
  const log = withoutStates({ debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') });
  log.warn({ object: 'Service/shop/api', state: 'Failed' }, 'failed');
  log.info({ object: 'Service/shop/api', state: 'Completed' }, 'done');
  log.warn({ object: 'Service/shop/api' }, 'not told');
  log.error({}, 'a fault');
  expect(said).toEqual(['debug failed', 'debug done', 'warn not told', 'error a fault']);
});

describe('progress', () => {
  const show = (terminal: boolean) => {
    const out = stream(terminal);
    const progress = new Progress(out);
    progress.begin('first');
    progress.begin('second');
    progress.fail();
    return String(out.read());
  };
  it('is a line a step in a pipe', () => expect(show(false)).toBe('first …\nsecond …\n'));
  it('is ticked off on a terminal', () => {
    const lines = stripVTControlCharacters(show(true)).split('\n');
    expect(lines).toEqual([expect.stringMatching(/✓ first$/), expect.stringMatching(/✗ second$/), '']);
  });
});

describe('the welcome', () => {
  const endpoints = { kubernetes: 'https://127.0.0.1:1', http: 'http://127.0.0.1:2', kubeconfig: '/data/kubeconfig' };
  const flags = { example: 'shop', dataDir: '/data' } as LocalFlags;
  it('names the addresses, and commands that can be copied', () => {
    const shown = welcome(stream(false), endpoints, flags);
    expect(shown).toContain('export KUBECONFIG=/data/kubeconfig\n');
    expect(shown).toContain('git clone http://127.0.0.1:2/git/shop.git\n');
    expect(shown).toContain('npm run -s alustan -- local tag shop/api 0.3.0 --data-dir /data\n');
  });
  it('names no example where there is none', () => {
    expect(welcome(stream(false), endpoints, { ...flags, example: 'none' })).not.toContain('shop');
  });
});
