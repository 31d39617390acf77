import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type ControllerRule, controllerRules } from '../../scripts/generate/rights.ts';
import { kinds } from '../../src/api/kinds.ts';

type Rules = readonly Pick<ControllerRule, 'apiGroups' | 'resources' | 'verbs'>[];

const runner = parse(
  readFileSync(join(import.meta.dirname, '../../charts/alustan/files/runner-role.yaml'), 'utf8'),
) as { rules: Rules };

function verbsOn(rules: Rules, resource: string): string[] {
  const own = rules.filter((rule) => rule.apiGroups.includes('alustan.io') && rule.resources.includes(resource));
  return own.flatMap(({ verbs }) => verbs);
}

describe.each(kinds.map(({ plural }) => plural))('rights on %s', (plural) => {
  it('of the controller: see them, hold them, write their status (else: charts/alustan/rules/controller.yaml)', () => {
    const { cluster } = controllerRules();
    const always = cluster.filter(({ when }) => when === undefined);
    expect(verbsOn(always, plural)).toEqual(['get', 'list', 'watch', 'patch']);
    expect(verbsOn(cluster, `${plural}/status`)).toEqual(['patch']);
  });

  it('of runners: what a Repository of the namespace applies (else: charts/alustan/files/runner-role.yaml)', () => {
    expect(verbsOn(runner.rules, plural)).toEqual(['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']);
  });
});
