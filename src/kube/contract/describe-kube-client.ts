import { describe, expect, it } from 'vitest';
import { isAlreadyExists, isConflict, isNotFound } from '../client.ts';
import { describeKinds } from './kinds.ts';
import { describeLists } from './lists.ts';
import { describeReflector } from './reflector.ts';
import { config, refTo, type Started, type Subject, started } from './subject.ts';

/** What the client promises, against a real protocol: every Kubernetes API that we run on passes it. */
export function describeKubeClient(name: string, start: () => Promise<Subject>): void {
  describe(`the Kubernetes client on ${name}`, () => {
    const at = started(start);
    describe('writes', () => describeWrites(at));
    describe('patches', () => describePatches(at));
    describe('deletions', () => describeDeletions(at));
    describe('lists', () => describeLists(at));
    describe('kinds', () => describeKinds(at));
    describe('a reflector', () => describeReflector(at));
  });
}

function describeWrites(at: Started): void {
  it('a created object is there', async () => {
    const created = await at.client.create(config(at.namespace, 'a', { data: { key: 'value' } }));
    expect(created).toMatchObject({ kind: 'ConfigMap', data: { key: 'value' }, metadata: { uid: expect.any(String) } });
    expect(await at.client.get(refTo(at.namespace, 'a'))).toEqual(created);
  });
  it('a missing object: not found, in the words of the server', async () => {
    const error = await at.client.get(refTo(at.namespace, 'gone')).catch((cause) => cause);
    expect(isNotFound(error)).toBe(true);
    expect(error).toMatchObject({ reason: 'NotFound', message: 'configmaps "gone" not found' });
  });
  it('looked for: the object, or nothing where there is none', async () => {
    const created = await at.client.create(config(at.namespace, 'a'));
    expect(await at.client.find(refTo(at.namespace, 'a'))).toEqual(created);
    expect(await at.client.find(refTo(at.namespace, 'gone'))).toBeUndefined();
  });
  it('a second creation: already exists', async () => {
    await at.client.create(config(at.namespace, 'a'));
    const error = await at.client.create(config(at.namespace, 'a')).catch((cause) => cause);
    expect(isAlreadyExists(error)).toBe(true);
    expect(isConflict(error)).toBe(false);
  });
  it('an update from an old version: conflict; from the newest: done', async () => {
    const first = await at.client.create(config(at.namespace, 'a', { data: { n: '1' } }));
    const second = await at.client.update({ ...first, data: { n: '2' } });
    const error = await at.client.update({ ...first, data: { n: '3' } }).catch((cause) => cause);
    expect(isConflict(error)).toBe(true);
    expect(second['data']).toEqual({ n: '2' });
  });
  it('an object that the server refuses: its reason and its words', async () => {
    const error = await at.client.create(config(at.namespace, 'Not A Name')).catch((cause) => cause);
    expect(error).toMatchObject({ status: 422, reason: 'Invalid', message: expect.stringContaining('metadata.name') });
  });
}

function describePatches(at: Started): void {
  it('merge: what is null goes, the rest stays', async () => {
    await at.client.create(config(at.namespace, 'a', { data: { keep: '1', drop: '2' } }));
    const patched = await at.client.patch(refTo(at.namespace, 'a'), 'merge', { data: { drop: null, add: '3' } });
    expect(patched['data']).toEqual({ keep: '1', add: '3' });
  });
  it('JSON: operations in order; a test that fails changes nothing', async () => {
    await at.client.create(config(at.namespace, 'a', { data: { n: '1' } }));
    const replace = (from: string, to: string) => [
      { op: 'test', path: '/data/n', value: from },
      { op: 'replace', path: '/data/n', value: to },
    ];
    const patched = await at.client.patch(refTo(at.namespace, 'a'), 'json', replace('1', '2'));
    expect(patched['data']).toEqual({ n: '2' });
    await expect(at.client.patch(refTo(at.namespace, 'a'), 'json', replace('1', '3'))).rejects.toThrow();
  });
  it("apply: another manager's field is a conflict, unless forced", async () => {
    const apply = (n: string, fieldManager: string, force?: boolean) =>
      at.client.patch(refTo(at.namespace, 'a'), 'apply', config(at.namespace, 'a', { data: { n } }), {
        fieldManager,
        ...(force === undefined ? {} : { force }),
      });
    await apply('1', 'one');
    const error = await apply('2', 'two').catch((cause) => cause);
    expect(isConflict(error)).toBe(true);
    expect((await apply('2', 'two', true))['data']).toEqual({ n: '2' });
  });
  it('status: by its own path only', async () => {
    const pod = { apiVersion: 'v1', kind: 'Pod', namespace: at.namespace, name: 'p' };
    const spec = { containers: [{ name: 'c', image: 'example.invalid/none' }], nodeName: 'nowhere' };
    await at.client.create({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: at.namespace, name: 'p' }, spec });
    const condition = { type: 'alustan.io/test', status: 'True' };
    const status = { conditions: [condition] };
    const untouched = await at.client.patch(pod, 'merge', { status });
    expect(JSON.stringify(untouched)).not.toContain('alustan.io/test');
    const patched = await at.client.patch(pod, 'merge', { status }, { subresource: 'status' });
    expect(patched['status']).toMatchObject({ conditions: [condition] });
  });
  it('a dry run leaves nothing', async () => {
    await at.client.create(config(at.namespace, 'a', { data: { n: '1' } }));
    const patched = await at.client.patch(refTo(at.namespace, 'a'), 'merge', { data: { n: '2' } }, { dryRun: true });
    expect(patched['data']).toEqual({ n: '2' });
    expect((await at.client.get(refTo(at.namespace, 'a')))['data']).toEqual({ n: '1' });
  });
}

function describeDeletions(at: Started): void {
  it('a deleted object is gone; a second deletion: not found', async () => {
    await at.client.create(config(at.namespace, 'a'));
    await at.client.delete(refTo(at.namespace, 'a'), { propagation: 'Background' });
    const error = await at.client.delete(refTo(at.namespace, 'a')).catch((cause) => cause);
    expect(isNotFound(error)).toBe(true);
  });
  it('another object of the same name is not deleted', async () => {
    const { metadata } = await at.client.create(config(at.namespace, 'a'));
    const other = '00000000-0000-0000-0000-000000000000';
    const error = await at.client.delete(refTo(at.namespace, 'a'), { uid: other }).catch((cause) => cause);
    expect(isConflict(error)).toBe(true);
    await at.client.delete(refTo(at.namespace, 'a'), { uid: metadata.uid ?? '' });
  });
  it('an object with a finalizer goes when the finalizer does', async () => {
    await at.client.create(config(at.namespace, 'a', { metadata: { name: 'a', finalizers: ['example.com/hold'] } }));
    await at.client.delete(refTo(at.namespace, 'a'));
    expect((await at.client.get(refTo(at.namespace, 'a'))).metadata.deletionTimestamp).toBeDefined();
    await at.client.patch(refTo(at.namespace, 'a'), 'merge', { metadata: { finalizers: null } });
    expect(await at.client.find(refTo(at.namespace, 'a'))).toBeUndefined();
  });
}
