import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generatedFiles } from '../../scripts/generate/files.ts';

const root = join(import.meta.dirname, '../..');

describe('generated files', () => {
  it.each([...generatedFiles()])('%s is up to date (else: npm run generate)', (path, text) => {
    const found = existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : 'missing';
    expect(found).toBe(text);
  });
});
