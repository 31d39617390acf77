import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatProofs, proofsIn } from './rules/collect.ts';

const root = join(import.meta.dirname, '..');
const folders = ['src', 'test', 'e2e'];
const isProof = /(\.test\.ts|\.e2e\.ts|\/cases\/[^/]+\.yaml|^e2e\/.*(flows|kills)\.ts)$/;

const files = folders
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
  )
  // The tests of this very script quote rules that they do not prove.
  .filter((path) => isProof.test(path) && !path.includes('node_modules') && !path.startsWith('test/rules/'))
  .sort();

console.log(formatProofs(files.flatMap((file) => proofsIn(file, readFileSync(join(root, file), 'utf8')))));
