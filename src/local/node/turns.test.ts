import { describe, expect, it } from 'vitest';
import { ago, pod } from '../cluster/fixtures.ts';
import type { Pod } from '../cluster/types.ts';
import { Turns } from './turns.ts';

const bound = { nodeName: 'local' };
const waiting = (name: string, more: Parameters<typeof pod>[1] = {}): Pod =>
  pod(name, { ...more, spec: { nodeName: '', ...more.spec } });

/** Pods whose name begins alike are of one sort; those of `nobody` are pretended. */
function turnsOf(limit: number, pods: Pod[]): Turns {
  const sortOf = ({ metadata: { name } }: Pod) => (name.startsWith('nobody') ? undefined : name.split('-')[0]);
  return new Turns({ limit, sortOf, pods: () => pods });
}

describe('whose turn it is', () => {
  it('so many at once, the rest when one has ended', () => {
    const pods = [pod('run-1', { spec: bound }), waiting('run-2'), waiting('run-3')];
    const turns = turnsOf(2, pods);
    expect(pods.slice(1).map((one) => turns.take(one))).toEqual([true, false]);
    const [first] = pods.splice(0, 1, pod('run-1', { spec: bound, status: { phase: 'Succeeded' } }));
    expect(turns.after(first as Pod).map(({ metadata }) => metadata.name)).toEqual(['run-3']);
    expect(turns.take(pods[2] as Pod)).toBe(true);
  });

  it('in the order in which they came, not in which they ask', () => {
    const late = waiting('run-2', { meta: { creationTimestamp: ago(5) } });
    const pods = [late, waiting('run-3', { meta: { creationTimestamp: ago(9) } }), waiting('run-1')];
    const turns = turnsOf(2, pods);
    expect(pods.map((one) => turns.take(one))).toEqual([false, true, true]);
  });

  it('one that could not be placed stays where it was', () => {
    const pods = [waiting('run-1'), waiting('run-2')];
    const turns = turnsOf(1, pods);
    expect(turns.take(pods[0] as Pod)).toBe(true);
    turns.giveBack(pods[0]?.metadata.uid ?? '');
    expect(pods.toReversed().map((one) => turns.take(one))).toEqual([false, true]);
  });

  it.each([
    ['is being deleted', { meta: { deletionTimestamp: ago(1) } }],
    ['has a gate', { spec: { schedulingGates: [{ name: 'later' }] } }],
    ['is for another node', { spec: { nodeSelector: { disk: 'fast' } } }],
  ])('nobody waits for one that %s', (_, more) => {
    const pods = [waiting('run-1', more), waiting('run-2')];
    expect(turnsOf(1, pods).take(pods[1] as Pod)).toBe(true);
  });

  it('one that is told to end has its place until it has ended', () => {
    const pods = [pod('run-1', { spec: bound, meta: { deletionTimestamp: ago(1) } }), waiting('run-2')];
    expect(turnsOf(1, pods).take(pods[1] as Pod)).toBe(false);
  });

  it('sorts do not wait for each other: a long run of Terraform holds up no delivery', () => {
    const pods = [pod('image-1', { spec: bound }), waiting('image-2'), waiting('helm-1'), waiting('nobody')];
    const turns = turnsOf(1, pods);
    expect(pods.slice(1).map((one) => turns.take(one))).toEqual([false, true, true]);
    expect(turns.after(pods[3] as Pod)).toEqual([]);
  });
});
