import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Caller } from '../../../../test/registry/subject.ts';
import { temporaryFolder, testServer } from '../../../../test/support/local-server.ts';
import { ImageCache } from './image-cache.ts';
import { pushImage } from './push-image.ts';

async function place(keep?: number) {
  const { url } = await testServer();
  const folder = join(await temporaryFolder(), 'images');
  const cache = new ImageCache({ registryUrl: url, folder, ...(keep === undefined ? {} : { keep }) });
  const push = async (tag: string, content: string) => {
    const source = await temporaryFolder();
    await writeFile(join(source, 'file'), content);
    const config = { cmd: ['run', content] };
    return await pushImage({ registryUrl: url, reference: `x:${tag}`, source, config });
  };
  const get = (reference: string) => cache.get({ repository: 'x', reference });
  return { url, folder, push, get };
}

it('unpacks an image once, and asks the registry each time what a tag means', async () => {
  const { folder, push, get } = await place();
  const first = await push('1', 'one');
  const both = await Promise.all([get('1'), get('1')]);
  expect(both[0]).toEqual({ ...first, root: both[1].root, config: { cmd: ['run', 'one'] } });
  await rm(join(both[0].root, 'file'));
  expect(await readdir((await get('1')).root)).toEqual([]);
  await push('1', 'two');
  expect(await readFile(join((await get('1')).root, 'file'), 'utf8')).toBe('two');
  expect(await readdir(folder)).toHaveLength(2);
});

it('does an image again that a crash has left half done', async () => {
  const { folder, push, get } = await place();
  const { digest } = await push('1', 'one');
  await mkdir(join(folder, digest.replace(':', '-'), '.half'), { recursive: true });
  const { root } = await get('1');
  expect(await readdir(join(root, '..'))).toEqual(['config.json', 'root']);
});

it('keeps what was used last', async () => {
  const { folder, push, get } = await place(2);
  const digests = [];
  for (const tag of ['1', '2', '3']) {
    digests.push((await push(tag, tag)).digest.replace(':', '-'));
    await get(tag);
  }
  expect((await readdir(folder)).sort()).toEqual(digests.slice(1).sort());
});

it('a layer that is none leaves nothing that counts as an image', async () => {
  const { url, push, get } = await place();
  await new Caller(url).pushImage('x', 'broken', 'this layer is no tar');
  await expect(get('broken')).rejects.toThrow();
  await expect(get('broken')).rejects.toThrow();
  await push('1', 'one');
  await expect(get('1')).resolves.toMatchObject({ config: { cmd: ['run', 'one'] } });
});
