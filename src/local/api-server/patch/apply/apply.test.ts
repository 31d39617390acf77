import { describe, expect, it } from 'vitest';
import { loadCatalog } from '../../schema/index.ts';
import type { JsonObject } from '../../schema/types.ts';
import { applyPatch, trackUpdate } from '../index.ts';
import { fromFieldsV1, toFieldsV1 } from './fields-v1.ts';

const schema = loadCatalog().schema({ group: '', version: 'v1', kind: 'Pod' });
const [early, late] = [new Date('2026-01-01T00:00:00.700Z'), new Date('2026-01-01T00:00:09Z')];

type Container = { name: string } & JsonObject;
const pod = (...containers: Container[]): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'default' },
  spec: { containers },
});

function apply(live: JsonObject | undefined, applied: JsonObject, manager: string, force = false, now = early) {
  return applyPatch({ live, applied, manager, force, schema, apiVersion: 'v1', now });
}

const containersOf = (object: JsonObject) => (object['spec'] as { containers: Container[] }).containers;
const ownersOf = (object: JsonObject) =>
  (object['metadata'] as { managedFields?: { manager: string; time?: string }[] }).managedFields ?? [];

describe('applyPatch', () => {
  it('is idempotent: applying again changes nothing, not even the time', () => {
    const { object } = apply(undefined, pod({ name: 'a', image: '1', ports: [{ containerPort: 80 }] }), 'one');
    const again = apply(object, pod({ name: 'a', image: '1', ports: [{ containerPort: 80 }] }), 'one', false, late);
    expect(again).toEqual({ object, conflicts: [] });
    expect(ownersOf(object)).toMatchObject([{ manager: 'one', time: '2026-01-01T00:00:00Z' }]);
  });

  it('keeps what others own in a list of maps, takes away only its own', () => {
    const first = apply(undefined, pod({ name: 'a', image: '1', env: [{ name: 'X', value: 'x' }] }), 'one').object;
    const both = apply(first, pod({ name: 'b', image: '2' }), 'two').object;
    expect(containersOf(both).map(({ name }) => name)).toEqual(['a', 'b']);
    const left = apply(both, pod({ name: 'a', image: '1' }), 'one').object;
    expect(containersOf(left)).toEqual([
      { name: 'a', image: '1' },
      { name: 'b', image: '2' },
    ]);
    const gone = apply(left, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } }, 'one').object;
    expect(containersOf(gone).map(({ name }) => name)).toEqual(['b']);
    expect(ownersOf(gone).map(({ manager }) => manager)).toEqual(['two']);
  });

  it('takes a list key that is left out for its default (protocol TCP)', () => {
    const ports = [
      { containerPort: 53, protocol: 'TCP' },
      { containerPort: 53, protocol: 'UDP' },
    ];
    const first = apply(undefined, pod({ name: 'a', ports }), 'one').object;
    const { object, conflicts } = apply(first, pod({ name: 'a', ports: [{ containerPort: 53, hostPort: 5 }] }), 'two');
    expect(conflicts).toEqual([]);
    expect(containersOf(object)[0]?.['ports']).toEqual([{ ...ports[0], hostPort: 5 }, ports[1]]);
  });
});

describe('applyPatch, where managers meet', () => {
  it('is a conflict to change what another owns, and force takes it over', () => {
    const first = apply(undefined, pod({ name: 'a', image: '1' }), 'one').object;
    const refused = apply(first, pod({ name: 'a', image: '2' }), 'two');
    expect(refused).toEqual({
      object: first,
      conflicts: [{ manager: '"one"', field: '.spec.containers[name="a"].image' }],
    });
    const forced = apply(first, pod({ name: 'a', image: '2' }), 'two', true);
    expect(containersOf(forced.object)).toEqual([{ name: 'a', image: '2' }]);
    expect(apply(forced.object, pod({ name: 'a' }), 'one').object).toMatchObject({
      spec: { containers: [{ image: '2' }] },
    });
  });

  it('gives kubectl what its client-side apply set, without a conflict', () => {
    const text = JSON.stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: pod({ name: 'a', image: '1' })['spec'],
    });
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': text };
    const bare = pod({ name: 'a', image: '1' });
    const created = { ...bare, metadata: { name: 'p', namespace: 'default', annotations } };
    const managedFields = trackUpdate({
      after: created,
      manager: 'kubectl-client-side-apply',
      schema,
      apiVersion: 'v1',
      now: early,
    });
    const live = { ...created, metadata: { ...created.metadata, managedFields } };
    expect(apply(live, pod({ name: 'a', image: '2' }), 'kubectl').conflicts).toEqual([]);
    expect(apply(live, pod({ name: 'a', image: '2' }), 'other').conflicts).toHaveLength(1);
  });

  it('leaves an emptied map to another who owns that it is there', () => {
    const bare = apply(undefined, pod({ name: 'a', securityContext: {} }), 'one').object;
    const filled = apply(bare, pod({ name: 'a', securityContext: { runAsUser: 0 } }), 'two', true).object;
    const emptied = apply(filled, pod({ name: 'a', securityContext: {} }), 'two').object;
    expect(containersOf(emptied)).toEqual([{ name: 'a' }]);
    for (const entry of ownersOf(emptied)) expect(JSON.stringify(entry)).toContain('"f:securityContext":{}');
  });
});

describe('applyPatch, at its edges', () => {
  it('names a list item that stands twice', () => {
    expect(() => apply(undefined, pod({ name: 'a' }, { name: 'a' }), 'one')).toThrow(
      '.spec.containers: duplicate entries for key [name="a"]',
    );
  });

  it('ignores the fields that the endpoint resets', () => {
    const applied = { ...pod({ name: 'a' }), status: { phase: 'Running' } };
    const { object } = applyPatch({
      applied,
      manager: 'm',
      force: false,
      schema,
      apiVersion: 'v1',
      now: early,
      ignored: [['status']],
    });
    expect(JSON.stringify(ownersOf(object))).not.toContain('f:status');
  });
});

describe('trackUpdate', () => {
  it('joins the oldest of more than ten updaters', () => {
    let live: JsonObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } };
    let before: JsonObject | undefined;
    for (let i = 0; i < 14; i++) {
      const labels = Object.fromEntries(Array.from({ length: i + 1 }, (_, n) => [`l${n}`, 'x']));
      const after = { ...live, metadata: { ...(live['metadata'] as JsonObject), labels } };
      const now = new Date(early.getTime() + i * 1000);
      const managedFields = trackUpdate({ before, after, manager: `m${i}`, schema, apiVersion: 'v1', now });
      live = { ...after, metadata: { ...after.metadata, managedFields } };
      before = live;
    }
    const owners = ownersOf(live).map(({ manager }) => manager);
    expect(owners).toHaveLength(10);
    expect(owners[0]).toBe('ancient-changes');
    expect(JSON.stringify(ownersOf(live)[0])).toContain('f:l4');
  });

  it('does not start to track an object that nobody tracked', () => {
    const before = pod({ name: 'a' });
    expect(trackUpdate({ before, after: pod({ name: 'b' }), manager: 'm', schema, apiVersion: 'v1', now: early })).toBe(
      undefined,
    );
  });
});

it('fieldsV1 is read and written without loss', () => {
  const json = { 'f:a': { '.': {}, 'k:{"name":"x"}': { '.': {}, 'f:b': {} } }, 'f:c': { 'v:"y"': {} }, 'f:d': {} };
  expect(toFieldsV1(fromFieldsV1(json))).toEqual(json);
});
