import { describe, expect, it } from 'vitest';
import type { CarryOut } from '../apply/carry-out.ts';
import { silent } from '../core/log.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Group, Plan } from '../core/plan.ts';
import type { KubeObject } from '../core/resource.ts';
import { type Failure, ok } from '../core/result.ts';
import { deaf } from '../core/telemetry.ts';
import { KubeError } from '../kube/client.ts';
import { GatherError, type KindController, Reconciler } from './reconciler.ts';

type Report = { note?: string; warnings?: { reason: string; message: string }[] };
type Kind = KindController<KubeObject, unknown, Report>;

const key = { kind: 'Service', namespace: 'shop', name: 'web' };
const stored: KubeObject = {
  apiVersion: 'alustan.io/v1alpha1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop', uid: 'u1', generation: 1, resourceVersion: '1' },
};
const delivered: Outcome = { kind: 'completed', reason: 'Delivered', message: 'all is well' };
const job = { name: 'job', actions: [{ type: 'run-job', job: {} }] } as unknown as Group;
const failure: Failure = { kind: 'transient', reason: 'ApiServerUnavailable', message: 'no answer' };

/** A reconciler on a pretended API server that keeps one object. */
function setUp({
  plan = {},
  carryOut = async () => ({ objects: [] }),
  write: instead,
  ...more
}: Partial<Omit<Kind, 'plan'>> & {
  plan?: Partial<Plan<Report>>;
  carryOut?: CarryOut;
  write?: () => Promise<KubeObject>;
}) {
  let now = 0;
  let planned: Partial<Plan<Report>> = {};
  let object = stored;
  const log: string[] = [];
  const keep = (next: KubeObject) => {
    object = next;
  };
  const kind: Kind = {
    find: () => object,
    wrote: keep,
    parse: ok,
    gather: async () => undefined,
    plan: () => ({ revision: '', groups: [], outcome: delivered, report: {}, ...plan, ...planned }),
    intervalMs: () => 300_000,
    settled: () => void log.push('settled'),
    forget: () => void log.push('forgotten'),
    ...more,
  };
  const write = async (given: KubeObject, status: object) => {
    if (given.metadata.resourceVersion !== object.metadata.resourceVersion) {
      log.push('conflict');
      throw new KubeError(409, 'Conflict', 'modified');
    }
    if (JSON.stringify(given['status']) === JSON.stringify(status)) return given;
    const { state, message } = status as { state: string; message: string };
    log.push(`${state}: ${message}`);
    const resourceVersion = String(Number(object.metadata.resourceVersion) + 1);
    return { ...object, metadata: { ...object.metadata, resourceVersion }, status };
  };
  const send = (event: KubeObject) => void log.push(`Event ${event['reason']}`);
  const tools = {
    writer: { write: instead ?? write },
    events: { send },
    carryOut,
    log: silent,
    telemetry: deaf,
    now: () => new Date(now),
  };
  const reconciler = new Reconciler(kind, tools);
  const next = (outcome: Outcome, atMs: number) => {
    planned = { outcome };
    now = atMs;
  };
  return { log, keep, next, reconcile: (signal = new AbortController().signal) => reconciler.reconcile(key, signal) };
}

describe('a pass', () => {
  it('writes the status, sends one Event, and comes again after the interval', async () => {
    const { log, reconcile } = setUp({});
    expect(await reconcile()).toEqual({ requeueAfterMs: 300_000 });
    expect(log).toEqual(['Completed: all is well', 'Event Delivered', 'settled']);
  });

  it('writes and sends nothing when nothing has changed', async () => {
    const { log, reconcile } = setUp({});
    await reconcile();
    log.length = 0;
    await reconcile();
    expect(log).toEqual(['settled']);
  });

  it('E13 what is odd and stops nothing is told once: in the message, and by an Event of its own', async () => {
    const warnings = [{ reason: 'ImageNotReferenced', message: 'nothing names it' }];
    const { log, reconcile } = setUp({ plan: { report: { warnings } } });
    await reconcile();
    await reconcile();
    const said = ['Completed: all is well. Warning: nothing names it', 'Event Delivered', 'Event ImageNotReferenced'];
    expect(log).toEqual([...said, 'settled', 'settled']);
  });

  it('E20 records a Job in the status before it is created', async () => {
    const carryOut: CarryOut = async () => {
      log.push('carried out');
      return { objects: [] };
    };
    const outcome: Outcome = { kind: 'working', reason: 'JobRunning', message: 'Job x' };
    const { log, reconcile } = setUp({ plan: { groups: [job], outcome }, carryOut });
    await reconcile();
    expect(log).toEqual(['Progressing: Job x', 'Event JobRunning', 'carried out', 'settled']);
  });

  it('E27 writes the report first where it removes what only an older one needs; who has seen an old object ends there', async () => {
    const carryOut: CarryOut = async () => {
      log.push('carried out');
      return { objects: [] };
    };
    const { log, reconcile } = setUp({ plan: { reportFirst: true }, carryOut });
    await reconcile();
    expect(log.indexOf('carried out')).toBeGreaterThan(log.indexOf('Completed: all is well'));
  });

  it('reports what is only true if all was accepted when all was', async () => {
    const carryOut: CarryOut = async () => ({ objects: [], failure });
    const plan = { report: { note: 'kept in a Secret' }, unsettled: { note: 'not kept yet' } };
    const written: unknown[] = [];
    const wrote = (object: KubeObject) => void written.push(object['status']);
    await setUp({ plan, carryOut, wrote }).reconcile();
    await setUp({ plan, wrote }).reconcile();
    expect(written).toMatchObject([{ note: 'not kept yet' }, { note: 'kept in a Secret' }]);
  });

  it('E10 goes on with the object as its own finalizer has made it: no conflict, no second pass', async () => {
    const own = { ...stored, metadata: { ...stored.metadata, resourceVersion: '2', finalizers: ['f'] } };
    const { log, reconcile } = setUp({ carryOut: async () => ({ objects: [own] }) });
    await reconcile();
    expect(log).toEqual(['Completed: all is well', 'Event Delivered', 'settled']);
  });

  it('does not speak of a spec that came while it added its finalizer', async () => {
    const metadata = { ...stored.metadata, resourceVersion: '3', generation: 2 };
    const { log, reconcile } = setUp({ carryOut: async () => ({ objects: [{ ...stored, metadata }] }) });
    expect(await reconcile()).toEqual({ requeueAfterMs: 100 });
    expect(log).toEqual(['conflict']);
  });

  it('E10 tells the end of an object whose last finalizer it has removed, and writes no status', async () => {
    const metadata = { ...stored.metadata, resourceVersion: '2', deletionTimestamp: 'now', finalizers: [] };
    const { log, reconcile } = setUp({ carryOut: async () => ({ objects: [{ ...stored, metadata }] }) });
    expect(await reconcile()).toEqual({});
    expect(log).toEqual(['Event Delivered', 'settled']);
  });

  it('forgets an object that is gone', async () => {
    const { log, reconcile } = setUp({ find: () => undefined });
    expect(await reconcile()).toEqual({});
    expect(log).toEqual(['forgotten']);
  });

  it('keeps what alustan.io/reconcile asked for when the sources were looked at, and not when they were not', async () => {
    let looked = false;
    const gather = async () => {
      if (!looked) throw new GatherError(failure);
    };
    const handled: unknown[] = [];
    const { keep, reconcile } = setUp({
      gather,
      find: () => ({ ...stored, metadata: { ...stored.metadata, annotations: { 'alustan.io/reconcile': '7' } } }),
      wrote: (object) => handled.push((object['status'] as { lastHandledReconcile?: string }).lastHandledReconcile),
    });
    keep(stored);
    await reconcile();
    looked = true;
    await reconcile();
    expect(handled).toEqual([undefined, '7']);
  });

  it('nor where the gathering did not come to them, as without an account', async () => {
    let there = false;
    const handled: unknown[] = [];
    const annotations = { 'alustan.io/reconcile': '8' };
    const { keep, reconcile } = setUp({
      find: () => ({
        ...{ ...stored, metadata: { ...stored.metadata, annotations } },
        status: { lastHandledReconcile: '7' },
      }),
      looked: () => there,
      wrote: (object) => handled.push((object['status'] as { lastHandledReconcile?: string }).lastHandledReconcile),
    });
    keep(stored);
    await reconcile();
    there = true;
    await reconcile();
    expect(handled).toEqual(['7', '8']);
  });

  it('is done when the object goes while it works', async () => {
    const { log, reconcile } = setUp({ write: () => Promise.reject(new KubeError(404, 'NotFound', 'gone')) });
    expect(await reconcile()).toEqual({});
    expect(log).toEqual([]);
  });
});

describe('a wait that goes on', () => {
  const waiting = (message: string): Outcome => ({ kind: 'waiting', reason: 'DependencyNotReady', message });
  /** After a first write at 0 ms, and what it waits for having moved 300 ms later. */
  const moved = async () => {
    const stage = setUp({ plan: { outcome: waiting('a, b') } });
    await stage.reconcile();
    stage.log.length = 0;
    stage.next(waiting('b'), 300);
    return stage;
  };

  it('tells new words of it after a second: several changes are one write', async () => {
    const { log, next, reconcile } = await moved();
    expect(await reconcile()).toEqual({ requeueAfterMs: 1000 });
    next(waiting('c'), 500);
    expect(await reconcile()).toEqual({ requeueAfterMs: 800 });
    expect(log).toEqual(['settled', 'settled']);
    next(waiting('c'), 1300);
    await reconcile();
    expect(log).toEqual(['settled', 'settled', 'Progressing: c', 'settled']);
  });

  it('and nothing where they are again what they were', async () => {
    const { log, next, reconcile } = await moved();
    await reconcile();
    next(waiting('a, b'), 500);
    expect(await reconcile()).toEqual({});
    next(waiting('c'), 5000);
    expect(await reconcile()).toEqual({ requeueAfterMs: 1000 });
    expect(log).toEqual(['settled', 'settled', 'settled']);
  });

  it.each<[string, Outcome]>([
    ['its end', delivered],
    ['another reason to wait', { ...waiting('b'), reason: 'ImageNotReady' }],
    ['an error', { kind: 'transient', reason: 'DependencyTimeout', message: 'b, too long' }],
  ])('but tells %s at once', async (_what, outcome) => {
    const { log, next, reconcile } = await moved();
    next(outcome, 300);
    await reconcile();
    expect(log[0]).toMatch(outcome.message);
  });

  it('and a new spec is told at once, too', async () => {
    const { log, keep, next, reconcile } = setUp({ plan: { outcome: waiting('a') } });
    await reconcile();
    keep({ ...stored, metadata: { ...stored.metadata, generation: 2 }, status: { observedGeneration: 1 } });
    next(waiting('b'), 300);
    await reconcile();
    expect(log).toContain('Progressing: b');
  });

  it('E20 a Job is recorded at once whatever the plan says of the wait', async () => {
    const stage = setUp({ plan: { outcome: waiting('a'), groups: [job] } });
    await stage.reconcile();
    stage.next(waiting('b'), 300);
    await stage.reconcile();
    expect(stage.log).toContain('Progressing: b');
  });
});

describe('what goes wrong is told in the status', () => {
  const throwing = (error: unknown) => ({ gather: () => Promise.reject(error) });

  it.each([
    ['an object that cannot be parsed', { parse: () => ({ ok: false, failure }) as const }, 'no answer'],
    ['a fact that cannot be had', throwing(new GatherError(failure)), 'no answer'],
    [
      'an API server that does not answer',
      throwing(new KubeError(0, 'Unreachable', 'refused')),
      'reading the cluster: refused',
    ],
    ['a fault of the program', throwing(new TypeError('x is not a function')), 'see its log: x is not a function'],
    ['an action that fails', { carryOut: async () => ({ failure, objects: [] }) }, 'no answer'],
  ])('%s', async (_what, more, words) => {
    const { log, reconcile } = setUp(more);
    expect(await reconcile()).toEqual({ requeueAfterMs: 5_000 });
    expect(log[0]).toMatch(/^Error: /);
    expect(log[0]).toContain(words);
    expect(await reconcile()).toEqual({ requeueAfterMs: 10_000 });
  });

  it('but not that something has changed since it was read, unless that goes on', async () => {
    const changed = { kind: 'transient', reason: 'ObjectChanged', message: 'modified', retryAfterMs: 200 } as const;
    const { log, next, reconcile } = setUp({ carryOut: async () => ({ failure: changed, objects: [] }) });
    expect(await reconcile()).toEqual({ requeueAfterMs: 100 });
    next(delivered, 9_999);
    await reconcile();
    expect(log).toEqual([]);
    next(delivered, 10_000);
    expect(await reconcile()).toEqual({ requeueAfterMs: 200 });
    expect(log[0]).toBe('Error: modified');
  });

  it('starts its back-off anew after a success', async () => {
    let fails = true;
    const carryOut: CarryOut = async () => ({ objects: [], ...(fails ? { failure } : {}) });
    const { reconcile } = setUp({ carryOut });
    await reconcile();
    await reconcile();
    fails = false;
    await reconcile();
    fails = true;
    expect(await reconcile()).toEqual({ requeueAfterMs: 5_000 });
  });

  it('but not what was given up when the controller stopped', async () => {
    const stop = new AbortController();
    const gather = async () => {
      stop.abort(new Error('shutting down'));
      throw new Error('aborted');
    };
    const { log, reconcile } = setUp({ gather });
    await expect(reconcile(stop.signal)).rejects.toThrow('shutting down');
    expect(log).toEqual([]);
  });
});
