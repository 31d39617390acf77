import { expect, it } from 'vitest';
import { expireEvents } from './expire.ts';
import { Store } from './store.ts';

it('Events go an hour after they were last seen, and watches are told', () => {
  const store = new Store(':memory:');
  const event = (name: string, times: Record<string, string>): void => {
    store.put(`/core/events/default/${name}`, () => JSON.stringify({ kind: 'Event', metadata: { name }, ...times }));
  };
  event('old', { lastTimestamp: '2026-01-01T10:00:00Z' });
  event('renewed', { firstTimestamp: '2026-01-01T10:00:00Z', lastTimestamp: '2026-01-01T10:30:00Z' });
  event('newer', { eventTime: '2026-01-01T10:30:00.000000Z' });
  const told: string[] = [];
  store.watch('/core/events/', store.revision, (change) => told.push(`${change.type} ${change.key}`));
  expireEvents(store, new Date('2026-01-01T11:00:01Z'));
  expect(told).toEqual(['DELETED /core/events/default/old']);
  expect(store.list('/core/events/').items).toHaveLength(2);
  store.close();
});
