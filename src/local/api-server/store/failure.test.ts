import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../errors.ts';
import { openApiServer } from '../open.ts';
import { writeFailure } from './failure.ts';

vi.setConfig({ testTimeout: 60_000 });

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'alustan-failure-'));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('a data folder that cannot be used is named at the start, with a remedy', () => {
  const open = (dataDir: string) => openApiServer({ dataDir, port: 0, podLogDir: dir });

  it('one that lies under a file', async () => {
    writeFileSync(join(dir, 'file'), '');
    const message = /data folder \S+file\/data cannot be used: ENOTDIR.*choose another folder with --data-dir/;
    await expect(open(join(dir, 'file', 'data'))).rejects.toThrow(message);
  });

  it('one whose database cannot be opened', async () => {
    mkdirSync(join(dir, 'kubernetes.db'));
    await expect(open(dir)).rejects.toThrow(/cannot be used: unable to open database file.*--data-dir/);
  });

  it('one whose database is none', async () => {
    writeFileSync(join(dir, 'kubernetes.db'), 'not a database, but long enough to be taken for one '.repeat(40));
    await expect(open(dir)).rejects.toThrow(/cannot be used: file is not a database.*--reset/);
  });

  it('a port that is taken is another matter', async () => {
    const first = await open(dir);
    const second = openApiServer({ dataDir: join(dir, 'second'), port: first.port, podLogDir: dir });
    await expect(second).rejects.toMatchObject({
      code: 'EADDRINUSE',
      message: expect.not.stringContaining('--data-dir'),
    });
    await first.close();
  });
});

describe('a failed write', () => {
  it('on a full disk tells the client what to do', () => {
    const failure = writeFailure(fullDisk());
    expect(failure).toBeInstanceOf(ApiError);
    expect(failure).toMatchObject({
      code: 500,
      message: expect.stringMatching(/database or disk is full.*free space/),
    });
  });

  it('for a reason of our own stays as it is', () => {
    const error = new TypeError('a bug');
    expect(writeFailure(error)).toBe(error);
  });
});

/** SQLite's own error, of a database that may not grow. */
function fullDisk(): unknown {
  const db = new DatabaseSync(':memory:');
  db.exec('PRAGMA max_page_count = 2; CREATE TABLE t (x TEXT)');
  try {
    db.prepare('INSERT INTO t VALUES (?)').run('x'.repeat(100_000));
    throw new Error('the database grew');
  } catch (error) {
    return error;
  } finally {
    db.close();
  }
}
