import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../core/fake-clock.ts';
import type { ForgeTarget } from '../core/pull-request.ts';
import { fail, ok } from '../core/result.ts';
import { createDoorbell, type Doorbell } from '../trigger/doorbell.ts';
import { createPoller } from '../trigger/poll.ts';
import { PullRequestPolls } from './pull-request-polls.ts';

const target = (repo: string): ForgeTarget => ({
  repository: { provider: 'github', apiUrl: 'https://api.github.com', owner: 'Shop', repo },
});
const key = (name: string) => ({ kind: 'Service', namespace: 'shop', name });
const bell = 'https://api.github.com/repos/shop/web';

describe('E16 polls of pull requests', () => {
  let clock: FakeClock;
  let looks: number[];
  let rung: string[];
  let revision: string;
  let down: boolean;
  let answers: string[];
  let doorbell: Doorbell;
  let polls: PullRequestPolls;

  beforeEach(() => {
    clock = new FakeClock();
    [looks, rung, revision, down, answers] = [[], [], '1', false, []];
    doorbell = createDoorbell();
    const poller = createPoller(({ name }) => rung.push(name), { clock, random: () => 0 });
    const list = async () => {
      looks.push(clock.now());
      if (down) return fail('transient', 'ServerError', 'down');
      return ok({ changed: true, revision, fact: { open: [], commands: [] } } as const);
    };
    polls = new PullRequestPolls({
      poller,
      doorbell,
      clock,
      pullRequests: { list },
      telemetry: { polled: (_source, answer) => answers.push(answer) },
    });
    return () => poller.close();
  });

  it('one look for all Services of a repository, and all are rung by news', async () => {
    for (let i = 0; i < 50; i++) polls.watch(key(`s${i}`), target('web'), 600_000);
    await clock.advance(1_200_000);
    expect([looks, rung.length]).toEqual([[600_000, 1_200_000], 50]);
  });
  it('a label that changes a hundred times costs two looks', async () => {
    polls.watch(key('web'), target('web'), 600_000);
    for (let i = 0; i < 100; i++) {
      doorbell.ringUrl(bell);
      await clock.advance(10);
    }
    await clock.advance(60_000);
    expect([looks, rung]).toEqual([[0, 3_000], ['web']]);
  });
  it('a person who asks for a look gets one at once, one for each new value', async () => {
    for (const request of [undefined, '1', '1', '2', undefined]) {
      polls.watch(key('web'), target('web'), 600_000, request);
      await clock.advance(1000);
    }
    expect([looks, rung]).toEqual([[1000, 3000], ['web']]);
  });
  it('a failure rings when it begins and when it ends', async () => {
    polls.watch(key('web'), target('web'), 600_000);
    await clock.advance(600_000);
    down = true;
    await clock.advance(1_800_000);
    down = false;
    await clock.advance(600_000);
    expect(rung).toHaveLength(3);
    expect(answers).toEqual(['changed', 'failed', 'failed', 'failed', 'changed']);
  });
  it('a Service that moves to another repository leaves the first', async () => {
    polls.watch(key('web'), target('web'), 600_000);
    polls.watch(key('web'), target('api'), 600_000);
    expect(doorbell.ringUrl(bell)).toBe(0);
    polls.forget(key('web'));
    await clock.advance(1_200_000);
    expect([looks, clock.pending]).toEqual([[], 0]);
  });
});
