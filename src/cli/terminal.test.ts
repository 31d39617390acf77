import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../core/resource.ts';
import type { LocalFlags } from './local-flags.ts';
import { lineOf, nameColumn, render } from './local-states.ts';
import { Progress } from './progress.ts';
import { welcome } from './welcome.ts';

const stream = (terminal: boolean) => Object.assign(new PassThrough(), terminal ? { isTTY: true, columns: 90 } : {});
const at = new Date(2026, 0, 1, 9, 5, 7);
const service = (state: string, reason: string, message: string): KubeObject => ({
  ...{ apiVersion: 'alustan.io/v1alpha1', kind: 'Service', metadata: { name: 'api', namespace: 'shop' } },
  status: { state, message, conditions: [{ type: 'Ready', reason }] },
});

describe('a line of a state', () => {
  const long = `Waiting for ${'a'.repeat(100)}`;
  it.each([
    { title: 'in a pipe: all of it, no colours', terminal: false, state: 'Progressing', message: long, ends: long },
    { title: 'on a terminal: cut while work goes on', terminal: true, state: 'Progressing', message: long, ends: 'a…' },
    {
      title: 'on a terminal: cut before what follows a deploy',
      terminal: true,
      state: 'Success',
      message: long,
      ends: 'a…',
    },
    {
      title: 'on a terminal: whole where something is to be done',
      terminal: true,
      state: 'Error',
      message: long,
      ends: long,
    },
  ])('$title', ({ terminal, state, message, ends }) => {
    const shown = lineOf(service(state, 'Any', message));
    const line = shown && render(stream(terminal), 'service shop/api', shown, at);
    expect(line?.startsWith('09:05:07') || terminal).toBe(true);
    expect(line?.endsWith(ends)).toBe(true);
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
