import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/local-server.ts';
import { secretFile } from './secret-file.ts';

describe('E16 the secret of webhooks', () => {
  it('is one a line, and read anew each time', async () => {
    const path = join(await temporaryFolder(), 'secret');
    const warnings: string[] = [];
    const secrets = secretFile(path, { warn: (_fields, message) => warnings.push(message) });
    expect([secrets(), warnings]).toEqual([[], ['the secret of webhooks cannot be read']]);
    await writeFile(path, 'one\n');
    expect(secrets()).toEqual(['one']);
    await writeFile(path, 'two\r\n\n one \n');
    expect(secrets()).toEqual(['two', 'one']);
  });
  it('without a file there is none', () => {
    expect(secretFile(undefined, { warn() {} })()).toEqual([]);
  });
});
