import { describe, expect, it } from 'vitest';
import { formatProofs, proofsIn, rulesOf } from '../../scripts/rules/collect.ts';

describe('npm run rules', () => {
  it.each<[string, string, string[]]>([
    ['one', 'E12 keeps the port', ['E12']],
    ['several', 'E9 E10 the annotation (F3)', ['E9', 'E10', 'F3']],
    ['a range', 'E2–E4 placeholders', ['E2', 'E3', 'E4']],
    ['none', 'delivers by HTTP2', []],
  ])('reads %s', (_, title, rules) => {
    expect(rulesOf(title)).toEqual(rules);
  });

  it.each<[string, string]>([
    ['a test', "  it('E5 lists all', () => {"],
    ['a group', 'describe("E5 lists all", () => {'],
    ['a table', "  it.each(rows)('E5 lists all', (row) => {"],
    ['a row of a table', "    ['E5 lists all', 1, 2],"],
    ['a flow', "  flow('E5 lists all', 'a-namespace', async (shop) => {"],
    ['a flow that has the cluster for itself', "  soleFlow('E5 lists all', 'a-namespace', async () => {"],
    ['a golden case', 'case: E5 lists all'],
  ])('finds %s', (_, line) => {
    expect(proofsIn('a.test.ts', `\n${line}`)).toMatchObject([{ rule: 'E5', title: 'E5 lists all', line: 2 }]);
  });

  it('overlooks other text', () => {
    expect(proofsIn('a.test.ts', "const x = 'E5'; // E6")).toEqual([]);
  });

  it('prints rules in their order', () => {
    const proofs = [...proofsIn('b', 'case: E10 b'), ...proofsIn('a', 'case: E9 a'), ...proofsIn('a', 'case: A1 c')];
    expect(formatProofs(proofs)).toBe(
      'A1 (1)\n  a:1  A1 c\nE9 (1)\n  a:1  E9 a\nE10 (1)\n  b:1  E10 b\n3 rules, 3 proofs',
    );
  });
});
