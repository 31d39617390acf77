import { describe, expect, it } from 'vitest';
import { Topics } from './topics.ts';

const key = (name: string) => ({ kind: 'Service', namespace: 'shop', name });

describe('topics', () => {
  it('ring who subscribed, until they look at something else', () => {
    const topics = new Topics();
    topics.set(key('a'), ['release x', 'object y']);
    topics.set(key('b'), ['object y']);
    expect([...topics.of('object y')]).toEqual([key('a'), key('b')]);
    topics.set(key('a'), ['release x']);
    expect([...topics.of('object y')]).toEqual([key('b')]);
    topics.forget(key('b'));
    expect([...topics.of('object y')]).toEqual([]);
    expect([...topics.of('release x')]).toEqual([key('a')]);
  });
});
