import { describe, expect, it, vi } from 'vitest';
import { githubReader, githubStage } from '../../test/support/github.ts';
import { FakeClock } from '../core/fake-clock.ts';
import type { PullRequests } from '../core/pull-request.ts';
import { deaf } from '../core/telemetry.ts';
import { createDoorbell } from '../trigger/doorbell.ts';
import { createPoller } from '../trigger/poll.ts';
import { PullRequestPolls } from './pull-request-polls.ts';

const [repositories, pullsEach, labelledEach, servicesEach] = [20, 50, 10, 10];
const budget = 5_000;
const pollMs = 600_000;

/** 1,000 open pull requests, 200 of them labelled, and 200 Services that look after them. */
async function stage() {
  const made = await githubStage();
  const { pulls: reader } = githubReader(made);
  const clock = new FakeClock();
  let under = 0;
  const pullRequests: Pick<PullRequests, 'list'> = {
    list: async (...asked) => {
      under += 1;
      return reader.list(...asked).finally(() => (under -= 1));
    },
  };
  const rung: string[] = [];
  const poller = createPoller(({ name }) => rung.push(name), { clock, random: () => 0 });
  const polls = new PullRequestPolls({ poller, doorbell: createDoorbell(), pullRequests, clock, telemetry: deaf });
  const targets = Array.from({ length: repositories }, (_, i) => made.target(`shop/app${i}`));
  for (const { repository } of targets) {
    const there = made.github.world.repository(repository.owner, repository.repo);
    for (let i = 0; i < pullsEach; i++) {
      made.github.world.open(there, { branch: `b${i}`, labels: i < labelledEach ? ['preview'] : [] });
    }
    for (let i = 0; i < servicesEach; i++) {
      polls.watch(
        { kind: 'Service', namespace: 'shop', name: `${repository.repo}-${i}` },
        made.target(`shop/${repository.repo}`),
        pollMs,
      );
    }
  }
  /** One interval: polls, and twice as often every Service of its own accord. */
  const round = async () => {
    for (let half = 0; half < 2; half++) {
      made.pass(pollMs / 2);
      await clock.advance(pollMs / 2);
      await vi.waitFor(() => expect(under).toBe(0), { timeout: 60_000, interval: 5 });
      const known = targets.flatMap((target) => Array.from({ length: servicesEach }, () => target));
      await Promise.all(
        known.map((target) =>
          reader.gather(target, { label: 'preview', known: [] }, { signal: new AbortController().signal }),
        ),
      );
    }
  };
  return { ...made, round, rung, close: () => poller.close() };
}

describe('E16 the budget of requests', () => {
  it('1,000 open pull requests in 20 repositories, idle for an hour: at most 5 % of 5,000', {
    timeout: 120_000,
  }, async () => {
    const { github, round, rung, close } = await stage();
    await round();
    const first = github.seen.length;
    rung.length = 0;
    for (let i = 0; i < 6; i++) await round();
    const asked = github.seen.slice(first);
    const counted = asked.filter(({ status }) => status !== 304).length;
    close();
    const percent = (count: number) => `${((100 * count) / budget).toFixed(1)} %`;
    console.info(
      `an idle hour: ${asked.length} requests (${percent(asked.length)}), ${counted} of the quota; the first look: ${first}`,
    );
    expect(asked.length).toBeLessThanOrEqual(0.05 * budget);
    expect([counted, rung]).toEqual([0, []]);
  });
});
