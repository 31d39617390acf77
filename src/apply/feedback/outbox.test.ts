import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../core/fake-clock.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { Outbox, type Settled } from './outbox.ts';

function stage(answer: (key: string, content: string) => Result<Settled> = () => ok('written')) {
  const clock = new FakeClock();
  const sent: [string, string, number][] = [];
  const failures: string[] = [];
  const recovered: string[] = [];
  const outbox = new Outbox({
    clock,
    failed: (_letter, { message }, isNews) => isNews && failures.push(message),
    recovered: ({ key }) => recovered.push(key),
  });
  const post = (key: string, content: string, lane = 'a'): boolean =>
    outbox.post({
      key,
      content,
      lane,
      place: lane,
      right: lane,
      section: 'shop/web',
      settle: async () => {
        sent.push([key, content, clock.now()]);
        return answer(key, content);
      },
    });
  return { clock, sent, failures, recovered, outbox, post };
}

describe('E16 what is said on pull requests', () => {
  it('is said once, and not again while nothing changed', async () => {
    const { clock, sent, post } = stage();
    expect(post('c', '1')).toBe(false);
    await clock.advance(60_000);
    for (let i = 0; i < 10; i++) expect(post('c', '1')).toBe(true);
    await clock.advance(60_000);
    expect(sent).toEqual([['c', '1', 0]]);
  });
  it('what failed by a login is tried at once when another letter shows that it is taken again', async () => {
    let valid = false;
    const { clock, sent, post } = stage(() =>
      valid ? ok('same') : fail('invalid', 'Unauthorized', 'bad credentials'),
    );
    for (const key of ['a', 'b']) post(key, '1');
    post('elsewhere', '1', 'another lane');
    await clock.advance(1_000);
    valid = true;
    sent.length = 0;
    post('c', '1');
    await clock.advance(10_000);
    expect(sent.map(([key]) => key)).toEqual(['c', 'a', 'b']);
  });
  it('a hundred changes in a moment are two writes: the first and the last', async () => {
    const { clock, sent, post } = stage();
    for (let i = 1; i <= 100; i++) {
      post('c', String(i));
      await clock.advance(10);
    }
    await clock.advance(60_000);
    expect(sent.map(([, content]) => content)).toEqual(['1', '100']);
    expect(sent[1]?.[2]).toBe(1_000);
  });
  it('what changes all the time is told three times soon, and then each ten seconds', async () => {
    const { clock, sent, post } = stage();
    for (let i = 0; i < 400; i++) {
      post('c', String(i));
      await clock.advance(100);
    }
    await clock.advance(60_000);
    expect(sent.map(([, , at]) => at)).toEqual([0, 1_000, 2_000, 12_000, 22_000, 32_000, 42_000]);
    expect(sent.at(-1)?.[1]).toBe('399');
  });
  it('goes one write a second in each lane, and lanes do not wait for each other', async () => {
    const { clock, sent, post } = stage();
    for (const key of ['x', 'y', 'z']) post(key, '1');
    post('other', '1', 'b');
    await clock.advance(10_000);
    expect(sent.map(([key, , at]) => [key, at])).toEqual([
      ['x', 0],
      ['other', 0],
      ['y', 1_000],
      ['z', 2_000],
    ]);
  });
  it('what is the same already costs no pause', async () => {
    const { clock, sent, post } = stage(() => ok('same'));
    for (const key of ['x', 'y', 'z']) post(key, '1');
    await clock.advance(0);
    expect(sent).toHaveLength(3);
  });
  it('is tried again, ever more slowly, and told once', async () => {
    const { clock, sent, failures, post, outbox } = stage(() => fail('transient', 'ServerError', 'down'));
    post('c', '1');
    await clock.advance(40_000);
    expect(sent.map(([, , at]) => at)).toEqual([0, 5_000, 15_000, 35_000]);
    expect([failures, outbox.pending]).toEqual([['down'], 1]);
  });
  it('waits with all of the lane when the forge refuses for too many requests', async () => {
    let limited = true;
    const { clock, sent, post } = stage(() => {
      if (!limited) return ok('written');
      limited = false;
      return fail('transient', 'RateLimited', 'slow down', 30_000);
    });
    post('x', '1');
    post('y', '1');
    await clock.advance(29_999);
    expect(sent).toHaveLength(1);
    await clock.advance(5_000);
    expect(sent.map(([key]) => key).sort()).toEqual(['x', 'x', 'y']);
  });
  it('what a person must mend is not hammered at, but new words are tried at once', async () => {
    const { clock, sent, post } = stage(() => fail('invalid', 'Forbidden', 'needs more rights'));
    post('c', '1');
    await clock.advance(300_000);
    post('c', '1');
    await clock.advance(200_000);
    expect(sent).toHaveLength(1);
    await clock.advance(200_000);
    expect(sent).toHaveLength(2);
    post('c', '2');
    await clock.advance(0);
    expect(sent).toHaveLength(3);
  });
  it('a right that the login lacks is asked for ever more seldom, however many letters need it', async () => {
    let allowed = false;
    const { clock, sent, post } = stage(() => (allowed ? ok('written') : fail('invalid', 'Forbidden', 'no right')));
    for (let i = 0; i < 200; i++) post(`c${i}`, '1');
    await clock.advance(3_599_999);
    // Three tell that it is not one of them alone; then one at a time looks again, in the end each ten minutes.
    expect(sent.slice(2).map(([, , at]) => at / 60_000)).toEqual([0, 1, 3, 7, 15, 25, 35, 45, 55]);
    allowed = true;
    await clock.advance(600_000);
    expect(new Set(sent.slice(11).map(([key]) => key)).size).toBe(200);
  });
  it('one that is refused for itself, as on a locked page, holds up no other', async () => {
    const { clock, sent, post } = stage((key) =>
      key === 'locked' ? fail('invalid', 'Forbidden', 'locked') : ok('written'),
    );
    post('locked', '1');
    await clock.advance(3_000_000);
    post('c', '1');
    await clock.advance(0);
    expect(sent.at(-1)?.[0]).toBe('c');
  });
  it('with another login it is tried at once', async () => {
    const { clock, sent, post } = stage(() => fail('invalid', 'Forbidden', 'no right'));
    post('c', '1');
    await clock.advance(10_000);
    post('c', '1', 'another login');
    await clock.advance(0);
    expect(sent.map(([, , at]) => at)).toEqual([0, 10_000]);
  });
  it('leaves nothing behind when it is closed', async () => {
    const { clock, sent, post, outbox } = stage();
    post('x', '1');
    await clock.advance(0);
    post('x', '2');
    outbox.close();
    post('y', '1');
    await clock.advance(60_000);
    expect([sent.length, clock.pending]).toEqual([1, 0]);
  });
});
