import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { followLog } from './follow.ts';
import { type LogOptions, readLog } from './read.ts';

const all: LogOptions = {
  tailLines: undefined,
  limitBytes: undefined,
  sinceSeconds: undefined,
  sinceTime: undefined,
  timestamps: false,
  previous: false,
};

let dir: string;
let path: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'alustan-log-'));
  path = join(dir, 'main.log');
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('a log', () => {
  it.each<[string, Partial<LogOptions>, string]>([
    ['all of it', {}, 'one\ntwo\nthree\n'],
    ['its last lines', { tailLines: 2 }, 'two\nthree\n'],
    ['no line', { tailLines: 0 }, ''],
    ['its first bytes', { limitBytes: 5 }, 'one\nt'],
    ['what came since', { sinceTime: Date.parse('2026-01-01T00:00:02Z') }, 'two\nthree\n'],
    ['the last with its time', { tailLines: 1, timestamps: true }, '2026-01-01T00:00:03.5Z three\n'],
  ])('%s', (_what, options, expected) => {
    writeFileSync(path, '2026-01-01T00:00:01Z one\n2026-01-01T00:00:02Z two\n2026-01-01T00:00:03.5Z three\n');
    expect(readLog(path, { ...all, ...options })?.text).toBe(expected);
  });

  it('without times is shown as it is', () => {
    writeFileSync(path, 'plain\nlines');
    expect(readLog(path, { ...all, sinceSeconds: 1 })?.text).toBe('plain\nlines');
  });

  it('that was never written is none', () => expect(readLog(path, all)).toBeUndefined());

  it('that was begun anew meanwhile is followed from its new beginning', async () => {
    writeFileSync(path, 'a long line\n');
    const seen: string[] = [];
    const alive = (): boolean => {
      writeFileSync(path, 'new\n');
      return false;
    };
    const { signal } = new AbortController();
    await followLog({ path, from: 12, options: all, alive, signal, write: (text) => seen.push(text) });
    expect(seen.join('')).toBe('new\n');
  });

  it('is followed until its container ends, last half line included', async () => {
    writeFileSync(path, 'one\n');
    const seen: string[] = [];
    let asked = 0;
    const alive = (): boolean => {
      asked += 1;
      if (asked === 1) appendFileSync(path, 'two\nhal');
      if (asked === 2) appendFileSync(path, 'f\nend');
      return asked < 2;
    };
    const { signal } = new AbortController();
    await followLog({ path, from: 4, options: all, alive, signal, write: (text) => seen.push(text) });
    expect(seen.join('')).toBe('two\nhalf\nend');
  });
});
