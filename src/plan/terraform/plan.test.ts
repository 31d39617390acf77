import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { describeActions } from '../../../test/plan/describe-plan.ts';
import { fill, type Given, planCase } from '../../../test/plan/terraform.ts';
import type { Action, JobRequest } from '../../core/plan.ts';

type Case = {
  case: string;
  given: Given;
  then: {
    outcome: string;
    message?: string | string[];
    not?: string | string[];
    actions?: string[];
    /** Parts of the request for a Job. */
    job?: Record<string, unknown>;
    /** Parts of the patch of a cluster Secret. */
    patch?: Record<string, unknown>;
    /** Parts of the report; `null`: absent. */
    report?: Record<string, unknown>;
    /** Parts of the report where an action fails. */
    unsettled?: Record<string, unknown>;
    /** Milliseconds. */
    again?: number;
  };
};

const folder = new URL('./cases/', import.meta.url);

describe.each(readdirSync(folder).sort())('%s', (file) => {
  const documents = parseAllDocuments(readFileSync(new URL(file, folder), 'utf8'));
  const cases = documents.map((document) => document.toJS() as Case);

  it.each(cases.map((item) => [item.case, item] as const))('%s', (_, { given, then: written }) => {
    const { plan, words } = planCase(given);
    const then = fill(written, words);
    expect(`${plan.outcome.kind} ${plan.outcome.reason}`, plan.outcome.message).toBe(then.outcome);
    for (const part of [then.message ?? []].flat()) expect(plan.outcome.message).toContain(part);
    for (const part of [then.not ?? []].flat()) expect(JSON.stringify(plan)).not.toContain(part);
    expect(describeActions(plan, words['$hash'])).toEqual(written.actions ?? []);
    if (then.again !== undefined) expect(plan.outcome.retryAfterMs).toBe(then.again);
    if (then.job !== undefined) expect(jobOf(plan.groups)).toMatchObject(then.job);
    if (then.patch !== undefined) expect(find(plan.groups, 'patch-object')?.patch).toMatchObject(then.patch);
    if (then.unsettled !== undefined) expect(plan.unsettled).toMatchObject(then.unsettled);
    for (const [key, value] of Object.entries(then.report ?? {})) {
      const found = (plan.report as Record<string, unknown>)[key];
      if (value === null) expect(found, key).toBeUndefined();
      else expect({ [key]: found }).toMatchObject({ [key]: value });
    }
  });
});

type Groups = ReturnType<typeof planCase>['plan']['groups'];

function find<Type extends Action['type']>(groups: Groups, type: Type): Extract<Action, { type: Type }> | undefined {
  const found = groups.flatMap((group) => group.actions).find((action) => action.type === type);
  return found as Extract<Action, { type: Type }> | undefined;
}

function jobOf(groups: Groups): JobRequest | undefined {
  return find(groups, 'run-job')?.job;
}
