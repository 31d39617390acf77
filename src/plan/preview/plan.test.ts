import { expect } from 'vitest';
import { eachCase, expectParts } from '../../../test/plan/golden.ts';
import { PreviewWorld, type When } from '../../../test/plan/preview.ts';
import type { PreviewPlan } from './plan.ts';

type Step = {
  /** For people. */
  step?: string;
  when?: When;
  then?: {
    /** All actions until nothing is left to do. */
    actions?: string[];
    /** What status says of each pull request: parts of it; `null`: absent. */
    previews?: Record<string, unknown>[];
    urls?: Record<string, string[]> | null;
    problem?: string | null;
    /** Parts of the Services that are there, by `namespace/name`. */
    services?: Record<string, unknown>;
    /** Stands in no Service that is there. */
    not?: string;
    /** Parts of the objects that were applied or created, by kind and name. */
    applied?: Record<string, unknown>;
    /** Milliseconds; `null`: only when something changes. */
    again?: number | null;
  };
};
type Case = { case: string; steps: Step[] };

eachCase<Case>(new URL('./cases/', import.meta.url), ({ steps }) => {
  const world = new PreviewWorld();
  for (const [index, { when = {}, then = {}, step = `step ${index + 1}` }] of steps.entries()) {
    world.set(when);
    const { actions, plan, all } = world.settle();
    if (then.actions !== undefined) expect(actions, step).toEqual(then.actions);
    checkReport(plan, then, step);
    if (then.again !== undefined) expect(plan.retryAfterMs ?? null, step).toBe(then.again);
    for (const [name, part] of Object.entries(then.services ?? {})) {
      const found = world.services.get(name);
      if (part === null) expect(found, `${step}: ${name}`).toBeUndefined();
      else expect(found, `${step}: ${name}`).toMatchObject(part as object);
    }
    if (then.not !== undefined) expect(JSON.stringify([...world.services.values()]), step).not.toContain(then.not);
    for (const [name, part] of Object.entries(then.applied ?? {})) {
      const found = all.findLast(
        (action) =>
          'object' in action &&
          'metadata' in action.object &&
          `${action.object.kind} ${action.object.metadata.name}` === name,
      );
      expect(found, `${step}: ${name}`).toMatchObject({ object: part as object });
    }
  }
});

function checkReport(
  { report }: PreviewPlan,
  { previews, urls, problem }: NonNullable<Step['then']>,
  step: string,
): void {
  if (previews !== undefined) {
    expect(report.previews ?? [], step).toHaveLength(previews.length);
    for (const [index, part] of previews.entries()) checkPreview(report.previews?.[index], part, step);
  }
  if (urls !== undefined) expect(report.previewURLs ?? null, step).toEqual(urls);
  if (problem === null) expect(report.previewProblem, step).toBeUndefined();
  else if (problem !== undefined) expect(report.previewProblem?.message, step).toContain(problem);
}

function checkPreview(found: object | undefined, part: Record<string, unknown>, step: string): void {
  const { message, ...rest } = part;
  for (const text of [message ?? []].flat()) expect((found as { message?: string }).message, step).toContain(text);
  expectParts(found, rest, step);
}
