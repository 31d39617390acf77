import { describe, expect, it } from 'vitest';
import { FakeClock } from '../core/fake-clock.ts';
import type { KubeObject } from '../core/resource.ts';
import { KubeError } from '../kube/client.ts';
import { EventSender, eventOf } from './events.ts';
import { isTransition } from './summarize.ts';

const status = (state: 'Progressing' | 'Error', reason: string, message = 'm') => ({
  state,
  message,
  conditions: [{ type: 'Ready', status: 'False' as const, reason, message, lastTransitionTime: '' }],
});
const now = new Date('2026-01-02T03:04:05Z');
const service = {
  apiVersion: 'alustan.io/v1alpha1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop', uid: 'u1', resourceVersion: '7' },
};

describe('an Event is sent', () => {
  it.each([
    ['at the first status', undefined, status('Progressing', 'A'), true],
    ['when the state changes', status('Progressing', 'A'), status('Error', 'A'), true],
    ['when the reason changes', status('Error', 'A'), status('Error', 'B'), true],
    ['but not when only the words change', status('Error', 'A', 'x'), status('Error', 'A', 'y'), false],
  ])('%s', (_case, before, after, expected) => expect(isTransition(before, after)).toBe(expected));

  it('when the words change of what a person must mend: more may be missing than was told first', () => {
    const stalled = (message: string) => ({
      ...status('Error', 'A', message),
      conditions: [{ type: 'Stalled', status: 'True' as const, reason: 'A', message, lastTransitionTime: '' }],
    });
    expect(isTransition(stalled('one is missing'), stalled('two are missing'))).toBe(true);
    expect(isTransition(stalled('one is missing'), stalled('one is missing'))).toBe(false);
  });

  it('about the object, with its uid, as a warning where a person must act', () => {
    const event = eventOf(service, { kind: 'invalid', reason: 'UnknownRef', message: 'words' }, now);
    expect(event).toMatchObject({
      involvedObject: { kind: 'Service', name: 'web', uid: 'u1' },
      metadata: { namespace: 'shop' },
      type: 'Warning',
      reason: 'UnknownRef',
      message: 'words',
    });
  });

  it('as a warning where something is left to do, though all is done here', () => {
    const outcome = {
      kind: 'succeeded',
      reason: 'NamespaceTerminating',
      message: 'what it has deployed stays',
    } as const;
    expect(eventOf(service, outcome, now)['type']).toBe('Normal');
    expect(eventOf(service, { ...outcome, event: 'Warning' }, now)['type']).toBe('Warning');
  });

  it('cut to what the API server takes, in bytes', () => {
    const event = eventOf(service, { kind: 'invalid', reason: 'R', message: 'ü'.repeat(1000) }, now);
    expect(Buffer.byteLength(String(event['message']))).toBeLessThanOrEqual(1024);
    expect(event['message']).toMatch(/ü…$/);
  });
});

it('an Event of an object with a long name has a name that the API server takes', () => {
  const metadata = { ...service.metadata, name: `${'a'.repeat(199)}.${'b'.repeat(53)}` };
  const { name } = eventOf({ ...service, metadata }, { kind: 'working', reason: 'R', message: 'm' }, now).metadata;
  expect(name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
  expect(name.length).toBeLessThanOrEqual(253);
});

describe('the sender of Events', () => {
  const limitMs = 500;
  const event = eventOf(service, { kind: 'working', reason: 'NamespaceTerminating', message: 'words' }, now);
  const setUp = (refused: (object: KubeObject) => KubeError | undefined) => {
    const sent: KubeObject[] = [];
    const lost: unknown[] = [];
    const create = async (object: KubeObject) => {
      const error = refused(object);
      if (error !== undefined) throw error;
      sent.push(object);
      return object;
    };
    const clock = new FakeClock();
    return { sent, lost, clock, events: new EventSender({ create }, (error) => lost.push(error), clock) };
  };

  it('goes behind what the object that it tells of has woken', async () => {
    const { sent, clock, events } = setUp(() => undefined);
    events.send(event);
    await clock.advance(999);
    expect(sent).toEqual([]);
    await clock.advance(1);
    expect(sent).toEqual([event]);
    await events.flush(limitMs);
    expect(sent).toEqual([event]);
  });

  it('has arrived, or is known to be lost, when it is flushed', async () => {
    const { sent, lost, events } = setUp((object) => (object === event ? undefined : new KubeError(500, 'No', 'no')));
    events.send(event);
    events.send({ ...event });
    await events.flush(limitMs);
    expect(sent).toEqual([event]);
    expect(lost).toHaveLength(1);
  });

  it('is flushed for no longer than is said: whoever waits for it goes on', async () => {
    const clock = new FakeClock();
    const events = new EventSender({ create: () => new Promise(() => {}) }, () => {}, clock);
    events.send(event);
    let isOver = false;
    const flushed = events.flush(limitMs).then(() => {
      isOver = true;
    });
    await clock.advance(limitMs - 1);
    expect(isOver).toBe(false);
    await clock.advance(1);
    await flushed;
  });

  it.each([
    ['is being deleted, and takes nothing new', 403, 'Forbidden', 'namespace shop is being terminated'],
    ['is gone by then', 404, 'NotFound', 'namespaces "shop" not found'],
  ])('E10 tells of the namespace where it %s', async (_, status, reason, message) => {
    const terminating = new KubeError(status, reason, message);
    const { sent, lost, events } = setUp(({ metadata }) => (metadata.namespace === 'shop' ? terminating : undefined));
    events.send(event);
    await events.flush(limitMs);
    expect(lost).toEqual([]);
    expect(sent).toMatchObject([
      {
        metadata: { namespace: 'default' },
        involvedObject: { kind: 'Namespace', name: 'shop' },
        message: 'Service web: words',
      },
    ]);
  });
});
