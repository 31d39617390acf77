import { describe, expect, it } from 'vitest';
import { FakeClock } from '../core/fake-clock.ts';
import { calm } from './calm.ts';

describe('E16 a bell that rings often', () => {
  it('is heard at once, and of many rings once more', async () => {
    const clock = new FakeClock();
    const heard: number[] = [];
    const bell = calm(() => heard.push(clock.now()), 3_000, clock);
    for (let i = 0; i < 100; i++) {
      bell.ring();
      await clock.advance(10);
    }
    await clock.advance(60_000);
    expect(heard).toEqual([0, 3_000]);
    bell.ring();
    expect(heard).toEqual([0, 3_000, 64_000 - 3_000]);
  });
  it('leaves nothing behind when it is stopped', async () => {
    const clock = new FakeClock();
    let heard = 0;
    const bell = calm(() => heard++, 3_000, clock);
    bell.ring();
    bell.ring();
    bell.stop();
    await clock.advance(60_000);
    expect([heard, clock.pending]).toEqual([1, 0]);
  });
});
