import { describe, expect, it } from 'vitest';
import { FakeClock } from '../core/fake-clock.ts';
import { silent } from '../core/log.ts';
import type { Guard } from '../kube/guarding.ts';
import { Lease } from '../kube/lease.ts';
import { FakeLeases } from '../kube/testing/fake-leases.ts';
import { whileLeading } from './leadership.ts';

/** A replica whose work writes down when it begins and ends; ending takes `endMs`. */
function replica(name: string, clock: FakeClock, client: FakeLeases, diary: string[], endMs = 0) {
  const stopping = new AbortController();
  const date = () => new Date(clock.now());
  const lease = new Lease({ client, namespace: 'alustan', name: 'c', identity: name, clock, random: () => 0.5, date });
  const guards: Guard[] = [];
  const lead = async (signal: AbortSignal, guard: Guard) => {
    diary.push(`${name} leads`);
    guards.push(guard);
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    await new Promise<void>((resolve) => clock.after(endMs, resolve));
    diary.push(`${name} ends`);
    return async () => void diary.push(`${name} cleans up`);
  };
  const running = whileLeading({ lease, lead, log: silent, signal: stopping.signal });
  return { stop: () => stopping.abort(), running, guards };
}

describe('of two replicas', () => {
  it('one leads; when it is stopped the other takes over within two seconds, and only after its work has ended', async () => {
    const [clock, api, diary] = [new FakeClock(), new FakeLeases(), [] as string[]];
    const one = replica('one', clock, api, diary, 500);
    await clock.advance(0);
    const two = replica('two', clock, api, diary);
    await clock.advance(60_000);
    expect(diary).toEqual(['one leads']);
    one.stop();
    await clock.advance(2000);
    expect(diary).toEqual(['one leads', 'one ends', 'one cleans up', 'two leads']);
    await one.running;
    two.stop();
    await clock.advance(0);
    await two.running;
    expect(clock.pending).toBe(0);
  });

  it('a leader that loses the lease ends its work, and leads again when it can', async () => {
    const [clock, api, diary] = [new FakeClock(), new FakeLeases(), [] as string[]];
    const one = replica('one', clock, api, diary);
    await clock.advance(6000);
    api.trouble = 'refused';
    await clock.advance(12_000);
    expect(diary).toEqual(['one leads', 'one ends', 'one cleans up']);
    api.trouble = 'none';
    await clock.advance(2000);
    expect(diary).toEqual(['one leads', 'one ends', 'one cleans up', 'one leads']);
    one.stop();
    await clock.advance(0);
    await one.running;
  });

  it('what it writes passes its guard while it leads and stops, and no longer', async () => {
    const [clock, api] = [new FakeClock(), new FakeLeases()];
    const one = replica('one', clock, api, [], 500);
    await clock.advance(0);
    const [guard] = one.guards;
    one.stop();
    await clock.advance(400);
    expect(() => guard?.check()).not.toThrow();
    await clock.advance(200);
    await one.running;
    expect(() => guard?.check()).toThrow('it was given up');
  });

  it('what a leader writes does not pass once its lease is over, though its work has not ended', async () => {
    const [clock, api] = [new FakeClock(), new FakeLeases()];
    const one = replica('one', clock, api, [], 60_000);
    await clock.advance(1000);
    api.trouble = 'refused';
    await clock.advance(10_000);
    expect(() => one.guards[0]?.check()).toThrow('it could not be renewed in time');
    expect(one.guards[0]?.signal.aborted).toBe(true);
    one.stop();
    await clock.advance(60_000);
    await one.running;
  });

  it('one that waits for the lease stops at once', async () => {
    const [clock, api, diary] = [new FakeClock(), new FakeLeases(), [] as string[]];
    replica('one', clock, api, diary);
    await clock.advance(0);
    const two = replica('two', clock, api, diary);
    await clock.advance(3000);
    two.stop();
    await two.running;
    expect(diary).toEqual(['one leads']);
  });
});
