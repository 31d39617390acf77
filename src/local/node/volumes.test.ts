import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { pod } from '../cluster/fixtures.ts';
import type { Volume } from '../cluster/types.ts';
import { type VolumeSources, volumeFiles, writeFolder } from './volumes.ts';

const stored: Record<string, Record<string, Buffer>> = {
  'Secret/s': { a: Buffer.from('1'), b: Buffer.from('2') },
  'ConfigMap/c': { m: Buffer.from('3') },
};
const sources: VolumeSources = {
  data: async (kind, name) => stored[`${kind}/${name}`],
  token: async (audience, seconds) => `token for ${audience ?? 'the API'}, ${seconds} s`,
};

async function files(volume: Omit<Volume, 'name'>): Promise<Record<string, string> | string | undefined> {
  try {
    const found = await volumeFiles(pod('web-1'), { name: 'v', ...volume }, sources);
    return found && Object.fromEntries(Object.entries(found).map(([path, content]) => [path, content.toString()]));
  } catch (error) {
    return (error as Error).message;
  }
}

describe('volumes', () => {
  it.each<[string, Omit<Volume, 'name'>, Record<string, string> | string | undefined]>([
    ['a Secret', { secret: { secretName: 's' } }, { a: '1', b: '2' }],
    [
      'some keys under other names',
      { secret: { secretName: 's', items: [{ key: 'b', path: 'dir/x' }] } },
      { 'dir/x': '2' },
    ],
    ['a ConfigMap', { configMap: { name: 'c' } }, { m: '3' }],
    ['an empty one', { emptyDir: {} }, undefined],
    [
      'the pod itself',
      { downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
      { name: 'web-1' },
    ],
    [
      'several in one',
      {
        projected: {
          sources: [
            { secret: { name: 's' } },
            { configMap: { name: 'c' } },
            { serviceAccountToken: { path: 'token', audience: 'git' } },
          ],
        },
      },
      { a: '1', b: '2', m: '3', token: 'token for git, 3600 s' },
    ],
    ['an optional one that is not there', { secret: { secretName: 'no', optional: true } }, {}],
    [
      'one that is not there',
      { configMap: { name: 'no' } },
      'MountVolume.SetUp failed for volume "v" : configmap "no" not found',
    ],
    [
      'a key that is not there',
      { secret: { secretName: 's', items: [{ key: 'z', path: 'z' }] } },
      'MountVolume.SetUp failed for volume "v" : references non-existent config key: z in shop/s',
    ],
  ])('%s', async (_case, volume, expected) => expect(await files(volume)).toEqual(expected));
});

describe('folders of volumes', async () => {
  const root = await mkdtemp(join(tmpdir(), 'volumes-'));
  afterAll(() => rm(root, { recursive: true }));

  it('only their owner can read them, and a new content replaces all of the old', async () => {
    const folder = join(root, 'v');
    await writeFolder(folder, { old: Buffer.from('x') });
    await writeFolder(folder, { 'dir/new': Buffer.from('y') });
    expect(await readFile(join(folder, 'dir/new'), 'utf8')).toBe('y');
    await expect(stat(join(folder, 'old'))).rejects.toThrow();
    const mode = async (path: string): Promise<number> => (await stat(join(folder, path))).mode & 0o777;
    expect([await mode('.'), await mode('dir'), await mode('dir/new')]).toEqual([0o700, 0o700, 0o600]);
  });

  it.each(['../x', '/x', 'a/../../x'])('a path that leaves the volume is refused: %s', async (path) => {
    await expect(writeFolder(join(root, 'w'), { [path]: Buffer.from('x') })).rejects.toThrow('leaves its volume');
  });
});
