import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../core/resource.ts';
import { openStage, type Stage } from '../../cluster/testing.ts';
import type { Pod } from '../../cluster/types.ts';
import { type HttpServer, startHttp } from '../../http/index.ts';
import { pushImage } from '../../registry/image/push-image.ts';
import type { LocalNode } from '../start.ts';
import { ImagePrograms } from './image-programs.ts';

const cmd = ['/bin/sh', '-c', 'chmod +x $SCRIPT && exec $SCRIPT $ARGS'];
const refOf = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name });
const main = (object: KubeObject) => (object as Pod).status?.containerStatuses?.[0];
const phase = (object: KubeObject): string | undefined => (object as Pod).status?.phase;

describe('pods that run what is in their image', () => {
  let stage: Stage;
  let http: HttpServer;
  let node: LocalNode;
  let sources: string;
  beforeAll(async () => {
    stage = await openStage();
    sources = await mkdtemp(join(tmpdir(), 'alustan-sources-'));
    http = await startHttp({ dataDir: join(stage.dir, 'http'), port: 0, env: process.env });
    const images = new ImagePrograms({ registry: http.url, mirrors: [], folder: join(stage.dir, 'images') });
    await stage.client.create({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace: 'default' },
    });
    node = await stage.node({ runners: () => ({ images, env: { PATH: '/usr/bin:/bin' } }) });
  }, 60_000);
  afterAll(async () => {
    await stage.close();
    await http.close();
    await rm(sources, { recursive: true, force: true });
  });

  async function push(name: string, files: Record<string, string>, config: object = { cmd, workingDir: '/app' }) {
    const source = join(sources, name);
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(source, path)), { recursive: true });
      await writeFile(join(source, path), text, { mode: path.startsWith('bin/') ? 0o755 : 0o644 });
    }
    return await pushImage({ registryUrl: http.url, reference: `${name}:1`, source, config });
  }

  async function run(name: string, image: string, container: object = {}): Promise<void> {
    const containers = [{ name: 'terraform', image, ...container }];
    const spec = { restartPolicy: 'Never', containers };
    await stage.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec });
  }
  const here = (name: string): string => `${new URL(http.url).host}/${name}:1`;
  const log = (name: string) => readFile(join(stage.podLogDir, 'default', name, 'terraform.log'), 'utf8');
  const ended = (name: string) => stage.until(refOf(name), (pod) => /Succeeded|Failed/.test(phase(pod) ?? ''));

  it('E26 runs the CMD of the image in its working folder, with SCRIPT, ARGS and variables', async () => {
    const { digest } = await push('infra', {
      'app/deploy': '#!/bin/sh\necho "$0 $# $1 $2"; cat beside; echo "$TF_VAR_path|$TF_VAR_text"; own; exit 3',
      'app/beside': 'beside\n',
      'bin/own': '#!/bin/sh\necho a tool of the image',
    });
    const text = 'a "b"\n$HOME `id` ü';
    await stage.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'values', namespace: 'default' },
      stringData: { TF_VAR_path: '/app/beside', TF_VAR_text: text, ARGS: '-workspace=staging b' },
    });
    const env = [{ name: 'SCRIPT', value: './deploy' }];
    await run('deploys', here('infra'), { env, envFrom: [{ secretRef: { name: 'values' } }] });
    const pod = await ended('deploys');
    expect(await log('deploys')).toBe(
      `./deploy 2 -workspace=staging b\nbeside\n/app/beside|${text}\na tool of the image\n`,
    );
    expect(main(pod)?.state.terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
    expect(main(pod)?.imageID).toBe(`${new URL(http.url).host}/infra@${digest}`);
  });

  it('E26 an absolute path of the manifest is a path of the image, and each pod has a copy of its own', async () => {
    await push('writes', { 'app/deploy': '#!/bin/sh\nls "$(dirname "$0")"; touch "$(dirname "$0")/left"' });
    const env = [{ name: 'SCRIPT', value: '/app/deploy' }];
    for (const name of ['first', 'second']) {
      await run(name, here('writes'), { env });
      await ended(name);
      expect(await log(name)).toBe('deploy\n');
    }
    const uid = (await stage.client.get(refOf('first'))).metadata.uid ?? '';
    await expect.poll(() => existsSync(join(stage.dir, 'pods', uid, 'images'))).toBe(false);
  });

  it("a pod's command and args win over the image's, and $(NAME) in them is a variable", async () => {
    await push('plain', { 'app/x': '' });
    const args = ['-c', 'pwd; echo $(WHO) $0', '/app/x'];
    await run('commands', here('plain'), { command: ['/bin/sh'], args, env: [{ name: 'WHO', value: 'me' }] });
    await ended('commands');
    expect(await log('commands')).toMatch(/^\/.*\/root\/app\nme \/.*\/root\/app\/x\n$/);
  });

  it('an image that is missing is waited for, and runs when it is pushed', async () => {
    await run('waits', here('later'), { env: [{ name: 'SCRIPT', value: './deploy' }] });
    const pod = await stage.until(refOf('waits'), (it) => main(it)?.state.waiting?.reason === 'ErrImagePull');
    expect(main(pod)?.state.waiting?.message).toMatch(/^failed to pull and unpack image ".*later:1": .*404/);
    await push('later', { 'app/deploy': '#!/bin/sh\necho here' });
    node.imagesChanged();
    expect(phase(await ended('waits'))).toBe('Succeeded');
  });

  it('an image of another registry is not run, and the message says what to do', async () => {
    await run('foreign', 'ghcr.io/acme/infra:1');
    const pod = await stage.until(refOf('foreign'), (it) => main(it)?.state.waiting?.reason === 'ErrImagePull');
    expect(main(pod)?.state.waiting?.message).toMatch(/own registry only.*--registry-mirror ghcr.io=http/);
  });

  it.each([
    ['no command', {}, /no command specified/],
    ['a command that is not there', { cmd: ['/app/none'] }, /exec: "\/app\/none": stat .* no such file/],
    ['a command that may not be run', { cmd: ['/app/text'] }, /exec: ".*\/app\/text": permission denied/],
    ['a name that is nowhere', { cmd: ['no-such-program'] }, /not found in \$PATH/],
  ])('%s is a start error, as a container runtime tells it', async (what, config, words) => {
    const name = what.replaceAll(' ', '-');
    await push(name, { 'app/text': '' }, config);
    await run(name, here(name));
    expect(main(await ended(name))?.state.terminated).toMatchObject({
      exitCode: 128,
      reason: 'StartError',
      message: expect.stringMatching(words),
    });
  });
});
