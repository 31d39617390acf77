import { describe, expect, it } from 'vitest';
import { createDoorbell } from './doorbell.ts';

describe('the doorbell rings', () => {
  it.each([
    ['the same URL', 'http://127.0.0.1:7070/git/shop.git', 'http://127.0.0.1:7070/git/shop.git', 1],
    ['without .git', 'http://127.0.0.1:7070/git/shop', 'http://127.0.0.1:7070/git/shop.git', 1],
    ['another scheme and user', 'https://me:pw@Host.example/a/b/', 'ssh://host.example/a/b.git', 1],
    ['an image repository', '127.0.0.1:7070/shop/api', 'http://127.0.0.1:7070/shop/api', 1],
    ['not another path', 'http://h/a', 'http://h/A', 0],
    ['not another port', 'http://h:1/a', 'http://h:2/a', 0],
    ['not a path below', 'http://h/a', 'http://h/a/b', 0],
  ])('for %s', (_title, subscribed, rung, expected) => {
    const bell = createDoorbell();
    let calls = 0;
    bell.subscribe(subscribed, () => calls++);
    expect(bell.ringUrl(rung)).toBe(expected);
    expect(calls).toBe(expected);
  });

  it('for everyone who waits, until they leave', () => {
    const bell = createDoorbell();
    const heard: string[] = [];
    const call = () => heard.push('twice');
    const leave = bell.subscribe('http://h/a', call);
    bell.subscribe('http://h/a', call);
    bell.ringUrl('http://h/a');
    leave();
    leave();
    bell.ringUrl('http://h/a');
    expect(heard).toHaveLength(3);
  });
  it('though one leaves or comes at the ring itself', () => {
    const bell = createDoorbell();
    const heard: string[] = [];
    const leave = bell.subscribe('http://h/a', () => {
      leave();
      bell.subscribe('http://h/a', () => heard.push('new'));
    });
    bell.subscribe('http://h/a', () => heard.push('other'));
    bell.ringUrl('http://h/a');
    expect(heard).toEqual(['other']);
  });
});
