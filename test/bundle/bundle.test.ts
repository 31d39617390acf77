import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import about from '../../package.json' with { type: 'json' };
import { bundle } from '../../scripts/bundle.ts';
import { ControllerStage } from '../support/controller-stage.ts';
import { LocalProcess } from '../support/local-process.ts';
import { Program } from '../support/program.ts';
import { root, Shop } from '../support/shop.ts';

const exec = promisify(execFile);

/** Outside the checkout: what the bundle lacks, it finds nowhere. */
describe('the bundle', { timeout: 90_000 }, () => {
  let folder: string;
  let main: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'alustan-bundle-'));
    main = join(folder, 'dist', 'main.js');
    await bundle(join(folder, 'dist'));
    for (const name of ['charts', 'examples']) await symlink(join(root, name), join(folder, name));
  }, 90_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('answers --version and --help', async () => {
    const { stdout: version } = await exec(process.execPath, [main, '--version']);
    const { stdout: help } = await exec(process.execPath, [main, '--help']);
    expect(version.trim()).toBe(about.version);
    expect(help).toContain('controller [options]');
  });

  it('names the lines of the sources in stack traces, and maps nothing else', async () => {
    const env = { ...process.env, ALUSTAN_DEBUG: '1' };
    const failed = exec(process.execPath, [main, 'local', 'tag', 'a', 'b', '--data-dir', folder], { env });
    await expect(failed).rejects.toThrow(/src\/local\/mode\/endpoints\.ts:\d+/);
    for (const name of (await readdir(join(folder, 'dist'))).filter((file) => file.endsWith('.map'))) {
      const { sources } = JSON.parse(await readFile(join(folder, 'dist', name), 'utf8')) as { sources: string[] };
      expect(sources.filter((source) => source.includes('node_modules'))).toEqual([]);
    }
  });

  it('runs the controller: its git thread reads a repository, its listener answers', async () => {
    const stage = await ControllerStage.open();
    const args = ['controller', '--kubeconfig', stage.kubeconfig, '--cache-dir', join(folder, 'cache')];
    const controller = new Program([...args, '--http-address', '127.0.0.1:0'], { main });
    try {
      await stage.namespace('shop');
      await stage.push('shop', { one: '1' });
      await stage.service('shop', 'one');
      await stage.state('shop', 'one', 'Completed Delivered');
      const [, port] = await controller.says(/"port":(\d+)/);
      const ask = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
      expect(await ask('/readyz')).toBe('ok: leading\n');
      const metrics = await ask('/metrics');
      expect(metrics).toContain('alustan_objects{kind="Service",state="Completed"} 1');
      expect(metrics).toMatch(/alustan_reconcile_total\{kind="Service",outcome="completed"\} [1-9]/);
      expect(metrics).toMatch(/alustan_api_request_duration_seconds_count\{method="PATCH",code="200"\} [1-9]/);
      expect(metrics).not.toMatch(/shop|127\.0\.0\.1/);
      expect(await controller.end('SIGTERM')).toMatchObject({ code: 0 });
    } finally {
      await controller.end('SIGKILL');
      await stage.close();
    }
  });

  it('runs local mode: its API server, and itself as the runner', async () => {
    const dataDir = join(folder, 'data');
    const local = await LocalProcess.start(dataDir, ['--api-port', '0', '--http-port', '0'], { main });
    const shop = await Shop.attach(dataDir);
    try {
      await shop.state('api-service', 'Completed');
    } finally {
      await shop.detach();
      await local.end('SIGTERM');
    }
  });
});
