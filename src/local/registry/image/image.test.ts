import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, readlink, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Caller, digestOf, OCI_INDEX } from '../../../../test/registry/subject.ts';
import { temporaryFolder, testServer } from '../../../../test/support/local-server.ts';
import { RegistryClient } from '../client/client.ts';
import { parseReference } from '../client/reference.ts';
import { platformArchitecture } from './config.ts';
import { extractImage, findImage } from './extract-image.ts';
import { pushImage } from './push-image.ts';

const run = promisify(execFile);

async function unpack(registryUrl: string, reference: string, to: string, limits?: { bytes: number; entries: number }) {
  const client = new RegistryClient(registryUrl);
  const found = await findImage(client, parseReference(registryUrl, reference));
  return { digest: found.digest, config: await extractImage(client, found, to, limits) };
}

async function example(): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'bin'));
  await mkdir(join(folder, 'empty'));
  await writeFile(join(folder, 'bin', 'run'), '#!/bin/sh\n', { mode: 0o755 });
  await writeFile(join(folder, `${'long-'.repeat(40)}name`), 'ünï');
  await writeFile(join(folder, 'big'), Buffer.alloc(3_000_000, 7));
  await symlink('bin/run', join(folder, 'start'));
  return folder;
}

const config = { entrypoint: ['/bin/run', '--flag'], cmd: ['x'], env: { A: 'b=c' }, workingDir: '/bin' };

describe('pushImage', () => {
  it('makes an image of a folder that unpacks to the same, with what to run', async () => {
    const { url } = await testServer();
    const source = await example();
    const pushed = await pushImage({ registryUrl: url, reference: 'shop/api:0.4.0', source, config });
    const to = join(await temporaryFolder(), 'image');
    expect(await unpack(url, 'shop/api:0.4.0', to)).toEqual({ ...pushed, config });
    expect((await readdir(to, { recursive: true })).sort()).toEqual(
      (await readdir(source, { recursive: true })).sort(),
    );
    expect((await readFile(join(to, 'big'))).equals(await readFile(join(source, 'big')))).toBe(true);
    expect((await stat(join(to, 'bin', 'run'))).mode & 0o777).toBe(0o755);
    expect(await readlink(join(to, 'start'))).toBe('bin/run');
  });

  it('puts the content of a folder where it is told', async () => {
    const { url } = await testServer();
    const source = await temporaryFolder();
    await writeFile(join(source, 'file'), '');
    await pushImage({ registryUrl: url, reference: 'x:1', source, into: '/srv/app/' });
    const to = join(await temporaryFolder(), 'image');
    await unpack(url, 'x:1', to);
    expect((await readdir(to, { recursive: true })).sort()).toEqual(['srv', 'srv/app', 'srv/app/file']);
  });

  it('gives the same digest for the same content, whatever its times and modes', async () => {
    const { url } = await testServer();
    const [one, two] = [await example(), await example()];
    await utimes(join(two, 'big'), 0, 0);
    await chmod(join(two, 'big'), 0o600);
    const first = await pushImage({ registryUrl: url, reference: 'a:1', source: one });
    expect(await pushImage({ registryUrl: url, reference: 'b:1', source: two })).toEqual(first);
    await writeFile(join(two, 'more'), '');
    expect(await pushImage({ registryUrl: url, reference: 'b:2', source: two })).not.toEqual(first);
  });

  /** An image layout of what is in the registry, as tools write it. */
  async function layout(
    url: string,
    repository: string,
    reference: string,
  ): Promise<{ folder: string; digest: string }> {
    const call = new Caller(url);
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'blobs', 'sha256'), { recursive: true });
    const save = (data: Buffer) => writeFile(join(folder, 'blobs', 'sha256', digestOf(data).slice(7)), data);
    const answer = await call.getManifest(repository, reference);
    const text = await answer.text();
    await save(Buffer.from(text));
    const document = JSON.parse(text) as { config: { digest: string }; layers: { digest: string }[] };
    for (const { digest } of [document.config, ...document.layers]) {
      const blob = await call.send('GET', `/v2/${repository}/blobs/${digest}`);
      await save(Buffer.from(await blob.arrayBuffer()));
    }
    const manifests = [{ mediaType: answer.headers.get('content-type'), digest: digestOf(text), size: text.length }];
    await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
    await writeFile(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
    return { folder, digest: digestOf(text) };
  }

  it.each(['folder', 'tar', 'tar.gz'])('pushes an OCI layout (%s) as it is', async (form) => {
    const { url } = await testServer();
    await pushImage({ registryUrl: url, reference: 'from:1', source: await example(), config });
    const { folder, digest } = await layout(url, 'from', '1');
    const tar = join(await temporaryFolder(), 'image.tar');
    await run('tar', [form === 'tar.gz' ? '-czf' : '-cf', tar, '-C', folder, '.']);
    const source = form === 'folder' ? folder : tar;
    expect(await pushImage({ registryUrl: url, reference: 'to:1', source })).toEqual({ digest });
  });

  it('pushes the tar of docker save, a layer that is there twice included', async () => {
    const { url } = await testServer();
    const folder = await temporaryFolder();
    const layers = ['one', 'two', 'three'];
    for (const name of layers) await mkdir(join(folder, name));
    const content = await temporaryFolder();
    await writeFile(join(content, 'file'), 'content');
    await run('tar', ['-cf', join(folder, 'one', 'layer.tar'), '-C', content, 'file']);
    await writeFile(join(folder, 'three', 'layer.tar'), gzipSync(await readFile(join(folder, 'one', 'layer.tar'))));
    await symlink('../one/layer.tar', join(folder, 'two', 'layer.tar'));
    await writeFile(join(folder, 'config.json'), JSON.stringify({ config: { Cmd: ['run'] } }));
    const manifest = [{ Config: 'config.json', RepoTags: ['x:1'], Layers: layers.map((name) => `${name}/layer.tar`) }];
    await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
    const source = join(await temporaryFolder(), 'saved.tar');
    await run('tar', ['-cf', source, '-C', folder, '.']);
    await pushImage({ registryUrl: url, reference: 'saved:1', source });
    const document = JSON.parse(await (await new Caller(url).getManifest('saved', '1')).text());
    const tar = 'application/vnd.oci.image.layer.v1.tar';
    expect(document.layers.map((layer: { mediaType: string }) => layer.mediaType)).toEqual([tar, tar, `${tar}+gzip`]);
    expect(document.layers[1].digest).toBe(document.layers[0].digest);
    const to = join(await temporaryFolder(), 'image');
    expect(await unpack(url, 'saved:1', to)).toMatchObject({
      config: { cmd: ['run'] },
    });
    expect(await readdir(to)).toEqual(['file']);
  });

  it('says what is wrong with a source', async () => {
    const { url } = await testServer();
    const folder = await temporaryFolder();
    const push = (source: string) => pushImage({ registryUrl: url, reference: 'x:1', source: join(folder, source) });
    await expect(push('none')).rejects.toThrow(/none cannot be read .*: give a folder or a tar/);
    await writeFile(join(folder, 'text'), 'no tar at all');
    await expect(push('text')).rejects.toThrow(/text: /);
    await writeFile(join(folder, 'file'), '');
    await run('tar', ['-cf', join(folder, 'plain.tar'), '-C', folder, 'file']);
    await expect(push('plain.tar')).rejects.toThrow(/plain.tar: neither an OCI layout nor the tar of "docker save"/);
    await run('tar', ['-cf', join(folder, 'evil.tar'), '-C', folder, '--transform=s,^,../,', '-P', 'file']);
    await expect(push('evil.tar')).rejects.toThrow(/evil.tar: the entry "..\/file" leaves the archive/);
    await mkdir(join(folder, 'layout'));
    await writeFile(join(folder, 'layout', 'oci-layout'), '{}');
    const manifests = [{ mediaType: OCI_INDEX, digest: digestOf('gone') }];
    await writeFile(join(folder, 'layout', 'index.json'), JSON.stringify({ manifests }));
    await expect(push('layout')).rejects.toThrow(/the image layout lacks sha256:/);
  });
});

describe('extractImage', () => {
  it('takes the image for this machine of an index, and replaces what lay there', async () => {
    const { url } = await testServer();
    const call = new Caller(url);
    const entries = [];
    for (const architecture of ['other', platformArchitecture()]) {
      const source = await temporaryFolder();
      await writeFile(join(source, architecture), '');
      const { digest } = await pushImage({ registryUrl: url, reference: `x:${architecture}`, source });
      entries.push({
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        digest,
        size: 1,
        platform: { os: 'linux', architecture },
      });
    }
    const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: entries };
    await call.putManifest('x', 'multi', index, OCI_INDEX);
    const to = await temporaryFolder();
    await writeFile(join(to, 'old'), '');
    await unpack(url, 'x:multi', to);
    expect(await readdir(to)).toEqual([platformArchitecture()]);
    await call.putManifest('x', 'foreign', { ...index, manifests: entries.slice(0, 1) }, OCI_INDEX);
    await expect(unpack(url, 'x:foreign', to)).rejects.toThrow(/has no image for linux\//);
  });

  it('leaves the folder as it was when the image cannot be had', async () => {
    const { url } = await testServer();
    const around = await temporaryFolder();
    await mkdir(join(around, 'to'));
    await writeFile(join(around, 'to', 'old'), '');
    await new Caller(url).pushImage('x', '1', 'this layer is no tar');
    const attempt = unpack(url, 'x:1', join(around, 'to'));
    await expect(attempt).rejects.toThrow();
    expect(await readdir(around, { recursive: true })).toEqual(['to', 'to/old']);
  });

  it.each([
    ['bytes', { bytes: 2_999_999, entries: 100 }],
    ['entries', { bytes: 10_000_000, entries: 3 }],
  ])('does not unpack more than it may: %s', async (_, limits) => {
    const { url } = await testServer();
    await pushImage({ registryUrl: url, reference: 'x:1', source: await example() });
    const around = await temporaryFolder();
    await expect(unpack(url, 'x:1', join(around, 'to'), limits)).rejects.toThrow('too large');
    expect(await readdir(around)).toEqual([]);
  });
});
