import type { ApiObject } from '../object.ts';
import type { Store } from './store.ts';

/** Events live for an hour, as on a real cluster. */
const eventLifetimeMs = 60 * 60 * 1000;
const everyMs = 60_000;
const prefix = '/core/events/';

/** Removes Events that nobody has renewed for an hour. */
export function expireEvents(store: Store, now: Date): void {
  for (const entry of store.list(prefix).items) {
    const event = JSON.parse(entry.value) as ApiObject;
    const times = [event['lastTimestamp'], event['eventTime'], event.metadata.creationTimestamp];
    const newest = Math.max(...times.map((time) => (typeof time === 'string' ? Date.parse(time) : 0)));
    if (now.getTime() - newest < eventLifetimeMs) continue;
    const gone = { ...event.metadata };
    store.delete(entry.key, (rev) => JSON.stringify({ ...event, metadata: { ...gone, resourceVersion: String(rev) } }));
  }
}

/** Does so every minute, until the signal. */
export function keepExpiring(store: Store, now: () => Date, signal: AbortSignal): void {
  const expire = (): void => {
    try {
      expireEvents(store, now());
    } catch (error) {
      // A full disk: the next minute tries again; reads must go on.
      process.stderr.write(`embedded API: old events stay: ${error instanceof Error ? error.message : error}\n`);
    }
  };
  const timer = setInterval(expire, everyMs).unref();
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}
