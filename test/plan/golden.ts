import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Plan } from '../../src/core/plan.ts';

/** What a case may expect of any plan's outcome. */
export type OutcomeParts = Readonly<{
  /** Kind and reason. */
  outcome: string;
  /** Parts of its message. */
  message?: string | readonly string[];
  /** Milliseconds. */
  again?: number;
  /** Type of its Event, where it is not that of the kind's row. */
  event?: 'Warning';
}>;

/** One test a document of the YAML files of a folder, one group a file; `case` is its title. */
export function eachCase<Case extends { case: string }>(folder: URL, check: (item: Case) => void): void {
  describe.each(readdirSync(folder).sort())('%s', (file) => {
    const documents = parseAllDocuments(readFileSync(new URL(file, folder), 'utf8'));
    const cases = documents.map((document) => document.toJS() as Case);
    it.each(cases.map((item) => [item.case, item] as const))('%s', (_, item) => check(item));
  });
}

export function expectOutcome({ outcome }: Pick<Plan<unknown>, 'outcome'>, then: OutcomeParts): void {
  expect(`${outcome.kind} ${outcome.reason}`, outcome.message).toBe(then.outcome);
  for (const part of [then.message ?? []].flat()) expect(outcome.message).toContain(part);
  expect(outcome.event).toBe(then.event);
  if (then.again !== undefined) expect(outcome.retryAfterMs).toBe(then.again);
}

/** Parts of fields, by name; `null`: absent. */
export function expectParts(found: object | undefined, parts: Record<string, unknown> = {}, step?: string): void {
  for (const [name, part] of Object.entries(parts)) {
    const value = (found as Record<string, unknown> | undefined)?.[name];
    const told = step === undefined ? name : `${step}: ${name}`;
    if (part === null) expect(value, told).toBeUndefined();
    else expect({ [name]: value }, told).toMatchObject({ [name]: part });
  }
}
