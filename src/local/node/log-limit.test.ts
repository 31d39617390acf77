import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/local-server.ts';
import { limitLog } from './log-limit.ts';

const limit = { most: 40, kept: 13 };

it('a log within its limit stays as it is', async () => {
  const file = join(await temporaryFolder(), 'main.log');
  await limitLog(file, limit);
  await writeFile(file, 'a\n'.repeat(20));
  await limitLog(file, limit);
  expect(await readFile(file, 'utf8')).toBe('a\n'.repeat(20));
});

it('of a longer one the last whole lines stay, and all of it beside', async () => {
  const file = join(await temporaryFolder(), 'main.log');
  const text = 'line\n'.repeat(10);
  await writeFile(file, text);
  await limitLog(file, limit);
  expect(await readFile(`${file}.1`, 'utf8')).toBe(text);
  expect(await readFile(file, 'utf8')).toBe(
    `[local mode: the log was longer than 40 bytes; what came before is in ${file}.1]\nline\nline\n`,
  );
});
