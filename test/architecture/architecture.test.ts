import { describe, expect, it } from 'vitest';
import { budgetViolations, cycles, importViolations } from './check.ts';
import { type SourceFile, sources } from './scan.ts';

const root = new URL('../..', import.meta.url).pathname;
const file = (path: string, text: string): SourceFile => ({ path, text });

describe('the house', () => {
  const files = sources(root);

  it('keeps the rule of imports', () => expect(importViolations(files)).toEqual([]));
  it('has no import cycle', () => expect(cycles(files)).toEqual([]));
  it('keeps the budgets of files and functions', () => expect(budgetViolations(files)).toEqual([]));
  it('reads argv and the environment in main.ts only', () => {
    const readers = files.filter(({ path, text }) => path !== 'src/main.ts' && /process\.(env|argv)\b/.test(text));
    expect(readers.map(({ path }) => path)).toEqual([]);
  });
});

describe('the checks catch', () => {
  it('an edge against the rule, and name file, edge and rule', () => {
    const bad = file('src/core/key.ts', "\nimport type { KubeClient } from '../kube/client.ts';\n");
    expect(importViolations([bad])).toEqual([
      'src/core/key.ts:2 imports src/kube/client.ts: core may import only core',
    ]);
  });
  it('a re-export and a dynamic import', () => {
    const bad = file('src/plan/x.ts', "export * from '../apply/job.ts';\nvoid import('../kube/client.ts');\n");
    expect(importViolations([bad])).toHaveLength(2);
  });
  it('a kind that looks into another', () => {
    const bad = file('src/plan/service/x.ts', "import '../draft.ts';\nimport '../terraform/draft.ts';\n");
    expect(importViolations([bad])).toEqual([
      'src/plan/service/x.ts:2 imports src/plan/terraform/draft.ts: a kind sees what all share, and never another kind',
    ]);
  });
  it('a plan that opens a file', () => {
    const bad = file('src/plan/x.ts', "import { readFile } from 'node:fs/promises';\n");
    expect(importViolations([bad])).toEqual(['src/plan/x.ts:1 imports node:fs/promises: a plan is pure']);
  });
  it('a room that nobody declared', () => {
    expect(importViolations([file('src/attic/x.ts', "import 'pino';\n")])).toEqual([
      'src/attic/x.ts: the room "attic" is not in the rule of imports',
    ]);
  });
  it('a cycle made of type imports', () => {
    const a = file('src/core/a.ts', "import type { B } from './b.ts';\n");
    const b = file('src/core/b.ts', "import type { A } from './a.ts';\n");
    expect(cycles([a, b])).toEqual([['src/core/a.ts', 'src/core/b.ts', 'src/core/a.ts']]);
  });
  it('a file and a function over their budgets', () => {
    const long = `export function f() {\n${'  void 0;\n'.repeat(400)}}\n`;
    expect(budgetViolations([file('src/core/long.ts', long)])).toContain(
      'src/core/long.ts:1 f: 402 lines; a function has at most 60',
    );
    expect(budgetViolations([file('src/core/long.ts', long)])).toContain(
      'src/core/long.ts: 402 lines; a file has at most 400',
    );
  });
});
