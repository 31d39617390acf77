import { describe, expect, it } from 'vitest';
import { PreviewWorld } from '../../../test/plan/preview.ts';
import { planPreviews, tellFailures } from './plan.ts';
import { fillText, overlay, unknownVariables } from './values.ts';

const open = [{ number: 8, branch: 'feat' }];

describe('several Services, one pull request', () => {
  it('E15 Services of one namespace and repository share the environment; the last one closes the door', () => {
    const web = new PreviewWorld();
    web.set({ open });
    web.settle();
    const api = web.as('api-service');
    expect(api.settle().actions).toEqual(['write Service preview-feat-8/api-service']);
    web.set({ open: [], fates: { 8: 'closed' } });
    expect(web.settle().actions).toEqual(['delete Service preview-feat-8/web-service']);
    api.set({ open: [], fates: { 8: 'closed' } });
    expect(api.settle().actions).toEqual([
      'delete Service preview-feat-8/api-service',
      'delete Namespace preview-feat-8',
    ]);
  });

  it('F5 E15 two repositories with the same branch and number do not share a namespace', () => {
    const web = new PreviewWorld();
    web.set({ open });
    web.settle();
    const other = web.as('other-service', { gitRepo: 'another-repository' });
    const { actions } = other.settle();
    expect(actions[0]).toMatch(/^create Namespace preview-feat-8-[0-9a-f]{8}$/);
    expect(other.previews[0]?.message).toContain("since preview-feat-8 was somebody else's");
    expect([...web.namespaces.keys()]).toHaveLength(2);
  });

  it('the preview of a Service is taken from those that brought it along, and what one has brought along is not taken by another', () => {
    const web = new PreviewWorld();
    web.set({ open, previews: { include: ['api-service'] }, siblings: { 'api-service': {} } });
    web.settle();
    const third = web.as('third-service');
    expect(third.settle().actions).toEqual(['write Service preview-feat-8/third-service']);
    const api = web.as('api-service', { include: null });
    api.set({ siblings: {} });
    expect(api.settle().actions).toEqual(['write Service preview-feat-8/api-service']);
    expect(web.settle().actions).toEqual([]);
  });
});

describe('a label that comes and goes', () => {
  it('E16 a hundred times leaves one preview, or none', () => {
    const world = new PreviewWorld();
    for (let count = 0; count < 100; count += 1) {
      world.set({ open, fates: {} });
      expect(world.plan().outcomes).toHaveLength(1);
      // Half of the times it is gone again before all is made.
      if (count % 2 === 0) world.settle();
      world.set({ open: [{ number: 8, branch: 'feat', labels: [] }], fates: { 8: 'unlabelled' } });
      world.settle();
      expect([world.namespaces.size, world.services.size, world.previews.length]).toEqual([0, 0, 0]);
    }
    world.set({ open, fates: {} });
    world.settle();
    expect([world.namespaces.size, world.services.size, world.previews.length]).toEqual([1, 1, 1]);
  });

  it('two hundred previews are planned in well under a second', () => {
    const world = new PreviewWorld();
    const many = Array.from({ length: 200 }, (_, index) => ({ number: index + 1, branch: `feature/${index}` }));
    world.set({
      open: many,
      previews: { maxPreviews: 500 },
      settings: { ...world.facts().settings, maxPreviews: 500 },
    });
    world.settle();
    expect(world.namespaces.size).toBe(200);
    const begin = performance.now();
    world.plan();
    // The limit tells a square from a line, also on a busy machine.
    expect(performance.now() - begin).toBeLessThan(5_000);
  });
});

describe('what cannot be carried out', () => {
  it('is told where it went wrong, and since when', () => {
    const world = new PreviewWorld();
    world.set({ open: [...open, { number: 9, branch: 'other' }] });
    const plan = world.plan();
    const [first] = plan.report.previews ?? [];
    if (first === undefined) throw new Error('no preview');
    const failure = { kind: 'invalid', reason: 'Forbidden', message: 'creating Namespace: no' } as const;
    const now = new Date('2026-11-21T13:00:00Z');
    const told = tellFailures(plan, new Map([[first, failure]]), [], now);
    expect(told.previews).toMatchObject([
      { number: 8, state: 'Failed', reason: 'Forbidden', message: failure.message, since: now.toISOString() },
      { number: 9, state: 'Waiting' },
    ]);
    const later = new Date('2026-11-21T14:00:00Z');
    const again = tellFailures(plan, new Map([[first, failure]]), told.previews ?? [], later);
    expect(again.previews?.[0]?.since).toBe(now.toISOString());
    expect(tellFailures(plan, new Map(), [], now)).toBe(plan.report);
    const nothing = tellFailures({ ...plan, report: {} }, new Map([[first, failure]]), [], now);
    expect(nothing.previews).toEqual([]);
  });

  it('E16 before any answer nothing is made and nothing removed', () => {
    const world = new PreviewWorld();
    world.set({ open });
    world.settle();
    const { pullRequests: _, ...facts } = world.facts();
    const parent = { namespace: 'shop', name: 'web-service', service: world.service() };
    const plan = planPreviews(parent, facts, new Date(world.now));
    expect(plan.outcomes.flatMap(({ groups }) => groups)).toEqual([]);
    expect(plan.report.previews).toMatchObject([{ number: 8, state: 'Ready' }]);
  });
});

describe('values', () => {
  it('are laid over others as Helm does', () => {
    const base = { a: { b: 1, c: [1] }, d: 'x' };
    expect(overlay(base, { a: { c: [2], e: null }, d: { f: 1 } })).toEqual({
      a: { b: 1, c: [2], e: null },
      d: { f: 1 },
    });
  });

  it('name what is not known, each once', () => {
    expect(unknownVariables(['${preview.a} ${preview.a} ${preview.b}', { c: '$${preview.d}' }], { b: '' })).toEqual([
      'a',
    ]);
    expect(fillText('${preview.a}-${preview.b}', { b: 'x' })).toBe('-x');
  });
});
