import { describe, expect, it } from 'vitest';
import { describeActions } from '../../../test/plan/describe-plan.ts';
import { eachCase, expectOutcome, type OutcomeParts } from '../../../test/plan/golden.ts';
import { type Given, repositoryFacts, repositoryOf } from '../../../test/plan/repository.ts';
import { planRepository } from './plan.ts';
import { refsToRead } from './read.ts';

type Case = {
  case: string;
  given: Given;
  then: OutcomeParts & {
    not?: string;
    /** Groups and their actions. */
    groups?: Record<string, string[]>;
    inventory?: string[];
    revision?: string | null;
    problems?: object[];
    warnings?: object[] | null;
  };
};

eachCase<Case>(new URL('./cases/', import.meta.url), ({ given, then }) => {
  const object = repositoryOf(given);
  const plan = planRepository(object, repositoryFacts(given, object));
  expectOutcome(plan, then);
  if (then.not !== undefined) expect(plan.outcome.message).not.toContain(then.not);
  const groups = plan.groups.map((group) => [group.name, describeActions({ ...plan, groups: [group] })]);
  expect(Object.fromEntries(groups)).toEqual(then.groups ?? {});
  expect(plan.groups.map((group) => group.name)).toEqual(Object.keys(then.groups ?? {}));
  if (then.inventory !== undefined) {
    const lines = plan.report.inventory?.map(({ kind, namespace, name }) =>
      [kind, [namespace, name].filter(Boolean).join('/')].join(' '),
    );
    expect(lines).toEqual(then.inventory);
  }
  if (then.revision !== undefined) expect(plan.report.revision ?? null).toBe(then.revision);
  if (then.problems !== undefined) expect(plan.report.problems).toMatchObject(then.problems);
  if (then.warnings === null) expect(plan.report.warnings).toBeUndefined();
  else if (then.warnings !== undefined) expect(plan.report.warnings).toMatchObject(then.warnings);
});

describe('refsToRead', () => {
  it('names the inventory and what is to be applied, each where it goes', () => {
    const given: Given = {
      manifests: ['a.yaml:1 v1 ConfigMap new'],
      status: { inventory: ['a.yaml:1 v1 ConfigMap shop/old'] },
    };
    const object = repositoryOf(given);
    const { source } = repositoryFacts(given, object);
    const refs = refsToRead(object, source?.ok === true ? source.value : undefined);
    expect([...refs.keys()]).toEqual(['/ConfigMap/shop/old', '/ConfigMap/shop/new']);
    expect([...refsToRead(object, undefined).keys()]).toEqual(['/ConfigMap/shop/old']);
    expect([...refsToRead(repositoryOf({}), undefined).keys()]).toEqual([]);
  });

  it('E10 names nothing where all is to stay as it is: the rights to read it may be gone', () => {
    const metadata = { deletionTimestamp: 'T', annotations: { 'alustan.io/abandon': 'true' } };
    const object = repositoryOf({ metadata, status: { inventory: ['a.yaml:1 v1 ConfigMap shop/old'] } });
    expect(refsToRead(object, undefined).size).toBe(0);
  });
});
