import { describe, expect, it } from 'vitest';
import { sleep } from '../core/clock.ts';
import { FakeClock } from '../core/fake-clock.ts';
import type { KubeObject } from '../core/resource.ts';
import { type Held, Lease } from './lease.ts';
import { FakeLeases } from './testing/fake-leases.ts';

/** A process that wants the lease; `alone` cuts it off from the others' API. */
function candidate(identity: string, clock: FakeClock, client: FakeLeases) {
  const stopping = new AbortController();
  const lease = new Lease({
    client,
    namespace: 'alustan',
    name: 'controller',
    identity,
    clock,
    random: () => 0.5,
    date: () => new Date(Date.UTC(2026, 0, 1) + clock.now()),
  });
  const self = {
    held: undefined as Held | undefined,
    lostAt: undefined as number | undefined,
    stop: () => stopping.abort(new Error('stopped')),
    acquired: lease.acquire(stopping.signal).then(
      (held) => {
        self.held = held;
        held.lost.addEventListener('abort', () => {
          self.lostAt = clock.now();
        });
      },
      (error: Error) => error.message,
    ),
  };
  return self;
}

/** The same object behind its own line: what happens to one candidate's line leaves the other's alone. */
function lineTo(api: FakeLeases): FakeLeases {
  const line = new FakeLeases();
  const pass = (verb: 'find' | 'create' | 'update') => {
    const arrive = line[verb].bind(line) as (argument: unknown) => Promise<unknown>;
    Object.assign(line, {
      [verb]: (argument: never) => (line.trouble === 'none' ? api[verb](argument) : arrive(argument)),
    });
  };
  pass('find');
  pass('create');
  pass('update');
  return line;
}

describe('a lease', () => {
  it('is created, held, and renewed every two seconds', async () => {
    const [clock, api] = [new FakeClock(), new FakeLeases()];
    const one = candidate('one', clock, api);
    await clock.advance(0);
    expect(one.held).toBeDefined();
    expect(api.object).toMatchObject({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { namespace: 'alustan', name: 'controller' },
      spec: {
        holderIdentity: 'one',
        leaseDurationSeconds: 15,
        acquireTime: '2026-01-01T00:00:00.000000Z',
        leaseTransitions: 0,
      },
    });
    await clock.advance(60_000);
    expect(api.writes).toBe(1 + 30);
    expect(api.object?.['spec']).toMatchObject({ renewTime: '2026-01-01T00:01:00.000000Z' });
    await one.held?.release();
    expect(clock.pending).toBe(0);
  });

  it('of several that want it one gets it', async () => {
    const [clock, api] = [new FakeClock(), new FakeLeases()];
    const all = ['one', 'two', 'three'].map((name) => candidate(name, clock, api));
    await clock.advance(120_000);
    expect(all.filter(({ held }) => held)).toHaveLength(1);
    expect(all.every(({ lostAt }) => lostAt === undefined)).toBe(true);
  });

  it('is released though the answer to its last renewal has not come', async () => {
    const clock = new FakeClock();
    const api = new FakeLeases();
    const one = candidate('one', clock, api);
    await one.acquired;
    api.trouble = 'unanswered';
    await clock.advance(2_500);
    const released = one.held?.release();
    api.trouble = 'none';
    await released;
    expect(api.holder).toBe('');
  });

  it('goes to the next within a second of its release', async () => {
    const [clock, api] = [new FakeClock(), new FakeLeases()];
    const one = candidate('one', clock, api);
    await clock.advance(0);
    const two = candidate('two', clock, api);
    await clock.advance(30_300);
    expect(two.held).toBeUndefined();
    await one.held?.release();
    await clock.advance(1000);
    expect(two.held).toBeDefined();
    expect(api.object?.['spec']).toMatchObject({
      holderIdentity: 'two',
      leaseTransitions: 1,
      leaseDurationSeconds: 15,
    });
    expect(one.lostAt).toBeUndefined();
  });

  it.each([0, 130, 270, 410, 499])(
    'of a holder that died goes to the next within its duration, and not before the holder would stop (%i ms)',
    async (apart) => {
      const [clock, api] = [new FakeClock(), new FakeLeases()];
      const line = lineTo(api);
      candidate('one', clock, line);
      await clock.advance(apart);
      const two = candidate('two', clock, api);
      await clock.advance(4000 - apart);
      line.trouble = 'silent';
      await clock.advance(12_500);
      expect(two.held).toBeUndefined();
      await clock.advance(1500);
      expect(two.held).toBeDefined();
    },
  );

  it.each(['refused', 'silent'] as const)(
    'is lost before another may take it when the API is %s for the holder only',
    async (trouble) => {
      const [clock, api] = [new FakeClock(), new FakeLeases()];
      const line = lineTo(api);
      const one = candidate('one', clock, line);
      await clock.advance(0);
      const two = candidate('two', clock, api);
      await clock.advance(7000);
      line.trouble = trouble;
      while (!two.held) await clock.advance(100);
      expect(one.lostAt).toBeLessThan(clock.now() - 2000);
      expect(one.lostAt).toBeGreaterThan(7000);
    },
  );

  it('survives a server so busy that each answer takes almost five seconds', async () => {
    const [clock, api] = [new FakeClock(), new FakeLeases()];
    const line = new FakeLeases();
    const late =
      (verb: 'find' | 'create' | 'update') =>
      async (...call: [never]) => {
        const answer = await api[verb](...call);
        await sleep(clock, 4900);
        return answer;
      };
    Object.assign(line, { find: late('find'), create: late('create'), update: late('update') });
    const one = candidate('one', clock, line);
    await clock.advance(120_000);
    expect(one.held).toBeDefined();
    expect(one.lostAt).toBeUndefined();
  });

  it('survives a request that is never answered', async () => {
    const [clock, api] = [new FakeClock(), new FakeLeases()];
    const one = candidate('one', clock, api);
    await clock.advance(1900);
    api.trouble = 'silent';
    await clock.advance(200);
    api.trouble = 'none';
    await clock.advance(30_000);
    expect(one.lostAt).toBeUndefined();
    expect(api.holder).toBe('one');
  });

  it('is lost to a process that was stopped, before any of its timers has run', async () => {
    const [clock, api] = [new FakeClock(), new FakeLeases()];
    let stoppedFor = 0;
    const own = { now: () => clock.now() + stoppedFor, after: clock.after.bind(clock) } as FakeClock;
    const one = candidate('one', own, api);
    await clock.advance(3000);
    expect(() => one.held?.check()).not.toThrow();
    stoppedFor = 9500;
    expect(() => one.held?.check()).toThrow('it could not be renewed in time');
    expect(one.held?.lost.aborted).toBe(true);
    await one.held?.release();
    expect(clock.pending).toBe(0);
  });

  it("that was given up is nobody's to act on", async () => {
    const [clock, api] = [new FakeClock(), new FakeLeases()];
    const one = candidate('one', clock, api);
    await clock.advance(0);
    await one.held?.release();
    expect(() => one.held?.check()).toThrow('it was given up');
  });

  it('survives an API that is away for less than two thirds of its duration', async () => {
    const [clock, api] = [new FakeClock(), new FakeLeases()];
    const one = candidate('one', clock, api);
    await clock.advance(5500);
    api.trouble = 'refused';
    await clock.advance(7900);
    api.trouble = 'none';
    await clock.advance(30_000);
    expect(one.lostAt).toBeUndefined();
    expect(api.holder).toBe('one');
  });

  it('is lost at once when another has taken it', async () => {
    const [clock, api] = [new FakeClock(), new FakeLeases()];
    const one = candidate('one', clock, api);
    await clock.advance(1000);
    await api.update({ ...(api.object as KubeObject), spec: { holderIdentity: 'thief', leaseDurationSeconds: 15 } });
    await clock.advance(1000);
    expect(one.lostAt).toBe(2000);
    await one.held?.release();
    expect(api.holder).toBe('thief');
  });

  it('goes on when somebody else has only annotated it', async () => {
    const [clock, api] = [new FakeClock(), new FakeLeases()];
    const one = candidate('one', clock, api);
    await clock.advance(1000);
    const lease = api.object as KubeObject;
    await api.update({ ...lease, metadata: { ...lease.metadata, annotations: { note: 'x' } } });
    await clock.advance(20_000);
    expect(one.lostAt).toBeUndefined();
    expect(api.object?.metadata.annotations).toEqual({ note: 'x' });
  });

  it('is no longer wanted once the signal aborts', async () => {
    const [clock, api] = [new FakeClock(), new FakeLeases()];
    candidate('one', clock, api);
    await clock.advance(0);
    const two = candidate('two', clock, api);
    await clock.advance(3000);
    two.stop();
    expect(await two.acquired).toBe('stopped');
  });
});
