import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { findTool } from '../../../test/support/find-tool.ts';
import { temporaryFolder, testServer } from '../../../test/support/local-server.ts';
import { helmVersion } from '../tools/helm.ts';
import { pushImage } from './image/push-image.ts';

const run = promisify(execFile);
const helm = findTool('helm', `helm-${helmVersion}`);
const crane = findTool('crane');

async function call(program: string, folder: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, HOME: folder, XDG_CACHE_HOME: join(folder, 'cache'), DOCKER_CONFIG: folder };
  const { stdout, stderr } = await run(program, args, { cwd: folder, env });
  return `${stdout}${stderr}`.trim();
}

describe('helm', () => {
  it('pushes and pulls a chart', async () => {
    if (helm === undefined) throw new Error('helm was not found: put it into PATH or name its folder in ALUSTAN_TOOLS');
    const { port } = await testServer();
    const folder = await temporaryFolder();
    const registry = `oci://localhost:${port}/charts`;
    for (const name of ['demo', 'pulled']) await mkdir(join(folder, name));
    await writeFile(join(folder, 'demo', 'Chart.yaml'), 'apiVersion: v2\nname: demo\nversion: 0.1.0\n');
    await call(helm, folder, 'package', 'demo');
    const packed = await readFile(join(folder, 'demo-0.1.0.tgz'));
    expect(await call(helm, folder, 'push', 'demo-0.1.0.tgz', registry, '--plain-http')).toContain('Pushed:');
    await call(
      helm,
      folder,
      'pull',
      `${registry}/demo`,
      '--version',
      '0.1.0',
      '--plain-http',
      '--destination',
      'pulled',
    );
    expect((await readFile(join(folder, 'pulled', 'demo-0.1.0.tgz'))).equals(packed)).toBe(true);
    // Without a version, helm reads the list of tags.
    expect(await call(helm, folder, 'show', 'chart', `${registry}/demo`, '--plain-http')).toContain('version: 0.1.0');
  });
});

// The same ground as the contract suite, by another's client; it is there where the end-to-end lane was set up.
describe.skipIf(crane === undefined)('crane', () => {
  async function setUp() {
    const pushed: string[] = [];
    const { port, url } = await testServer({
      onRegistryPush: ({ repository, tag }) => pushed.push(`${repository}:${tag}`),
    });
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), 'content');
    await run('tar', ['-cf', 'layer.tar', 'file'], { cwd: folder });
    const image = (name: string) => `localhost:${port}/${name}`;
    return { folder, url, pushed, image, crane: (...args: string[]) => call(crane ?? '', folder, ...args) };
  }

  it('appends, mutates, copies, tags, lists, pulls, pushes and deletes', async () => {
    const { crane, image, pushed, url, folder } = await setUp();
    await crane('append', '--oci-empty-base', '-f', 'layer.tar', '-t', image('shop/api:0.1.0'));
    await crane('mutate', image('shop/api:0.1.0'), '--entrypoint', '/run', '-t', image('shop/api:0.2.0'));
    await crane('copy', image('shop/api:0.2.0'), image('shop/web:0.2.0'));
    await crane('tag', image('shop/web:0.2.0'), '0.3.0');
    expect((await crane('ls', image('shop/web'))).split('\n')).toEqual(['0.2.0', '0.3.0']);
    expect(await crane('catalog', image('').slice(0, -1))).toBe('shop/api\nshop/web');
    expect(await crane('digest', image('shop/web:0.3.0'))).toBe(await crane('digest', image('shop/api:0.2.0')));
    await crane('pull', image('shop/web:0.3.0'), 'image.tar');
    await crane('push', 'image.tar', image('shop/copy:1'));
    expect(await crane('validate', '--remote', image('shop/copy:1'))).toContain('PASS');
    expect(pushed).toContain('shop/api:0.2.0');
    expect(pushed.at(-1)).toBe('shop/copy:1');
    await pushImage({ registryUrl: url, reference: 'shop/copy:2', source: join(folder, 'image.tar') });
    expect(await crane('validate', '--remote', image('shop/copy:2'))).toContain('PASS');
    await crane('delete', `${image('shop/copy')}@${await crane('digest', image('shop/copy:2'))}`);
    expect(await crane('ls', image('shop/copy'))).toBe('1');
  });

  it('makes and pushes an index and a layout', async () => {
    const { crane, image, url, folder } = await setUp();
    await crane('append', '--oci-empty-base', '-f', 'layer.tar', '-t', image('shop/api:a'));
    await crane('mutate', image('shop/api:a'), '--set-platform', 'linux/arm64', '-t', image('shop/api:b'));
    await crane('index', 'append', '-m', image('shop/api:a'), '-m', image('shop/api:b'), '-t', image('shop/api:multi'));
    expect(await crane('validate', '--remote', image('shop/api:multi'))).toContain('PASS');
    await crane('pull', '--format=oci', image('shop/api:multi'), 'layout');
    await pushImage({ registryUrl: url, reference: 'shop/again:multi', source: join(folder, 'layout') });
    expect(await crane('digest', image('shop/again:multi'))).toBe(await crane('digest', image('shop/api:multi')));
  });
});
