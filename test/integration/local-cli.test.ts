import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readEndpoints } from '../../src/local/mode/endpoints.ts';
import { exists, LocalProcess, processesOf } from '../support/local-process.ts';
import { expectWithin } from '../support/promise.ts';
import { Shop } from '../support/shop.ts';

/** Milliseconds, as the documentation promises them. */
const promised = { stop: 5_000, secondStart: 15_000 };
const anyPorts = ['--api-port', '0', '--http-port', '0'];
const empty = [...anyPorts, '--example', 'none'];

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'alustan-cli-'));
  onTestFinished(() => rm(made, { recursive: true, force: true, maxRetries: 3 }));
  return made;
}

/** What a command that ends by itself leaves. */
async function ends(dataDir: string, args: readonly string[]) {
  const local = LocalProcess.spawn(dataDir, args);
  return { ...(await local.ended), output: local.output };
}

describe('alustan local', { timeout: 180_000 }, () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('ends during its start by %s: nothing is left', async (signal) => {
    const dataDir = await folder();
    const local = LocalProcess.spawn(dataDir, anyPorts);
    await local.says(/starting the Kubernetes API/);
    const { code, ms } = await local.end(signal);
    expect(code).toBe(0);
    expectWithin(`${signal} during the start`, ms, promised.stop);
    expect(await processesOf(dataDir)).toEqual([]);
  });

  it('ends by Ctrl-C while a Job runs: Helm ends, its release is not left locked', async () => {
    const dataDir = await folder();
    const local = await LocalProcess.start(dataDir, [...anyPorts, '--retry-delay', '1s']);
    const shop = await Shop.attach(dataDir);
    await shop.until('Secret', 'sh.helm.release.v1.api-service.v1', (record) => record !== undefined, 'v1');
    await shop.detach();
    // Ctrl-C under `npm start`: once from the terminal, once from npm.
    local.child.kill('SIGINT');
    const { code, ms } = await local.end('SIGINT');
    expect(code).toBe(0);
    expectWithin('Ctrl-C while Helm works', ms, promised.stop);
    expect(await processesOf(dataDir)).toEqual([]);

    const began = performance.now();
    const again = await LocalProcess.start(dataDir, [...anyPorts, '--retry-delay', '1s']);
    expectWithin('a second start', performance.now() - began, promised.secondStart);
    const next = await Shop.attach(dataDir);
    await next.state('web-service', 'Completed');
    for (const release of ['api-service', 'web-service'])
      expect(await next.revisions(release)).toEqual([expect.stringMatching(/^\d deployed$/)]);
    await next.detach();
    await again.end('SIGTERM');
  });
});

describe('a local mode that runs', { timeout: 180_000 }, () => {
  let dataDir: string;
  let local: LocalProcess;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'alustan-cli-'));
    local = await LocalProcess.start(dataDir, empty);
  }, 120_000);
  afterAll(async () => {
    await local.end('SIGINT');
    await rm(dataDir, { recursive: true, force: true });
  }, 60_000);

  it('says where it is, in endpoints.json and on the terminal', async () => {
    const endpoints = JSON.parse(await readFile(join(dataDir, 'endpoints.json'), 'utf8'));
    expect(endpoints).toEqual({
      kubernetes: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/),
      http: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      kubeconfig: join(dataDir, 'kubeconfig'),
    });
    for (const address of Object.values(endpoints)) expect(local.output).toContain(address);
  });
  it('writes no colours where nobody sees them', () => expect(local.output).not.toContain('\u001b'));
  it('seeds nothing with --example none', async () => {
    expect(await readdir(join(dataDir, 'git')).catch(() => [])).toEqual([]);
    expect(local.output).not.toContain('shop');
  });
  it('has its data folder alone: a second one is refused, and told which process has it', async () => {
    const second = await ends(dataDir, empty);
    expect(second.code).toBe(1);
    expect(second.output).toContain(`${dataDir} is in use by process ${local.child.pid}: stop that one`);
  });
  it('keeps its data also from a --reset by another', async () => {
    const reset = await ends(dataDir, [...empty, '--reset']);
    expect(reset.output).toContain('is in use by process');
    expect(await exists(join(dataDir, 'endpoints.json'))).toBe(true);
  });
  it('leaves its ports to itself: a second one takes the next', async () => {
    const { kubernetes, http } = await readEndpoints(dataDir);
    const [api, web] = [new URL(kubernetes).port, new URL(http).port];
    const other = await folder();
    const args = ['--api-port', api, '--http-port', web, '--example', 'none'];
    const second = await LocalProcess.start(other, args);
    const taken = await readEndpoints(other);
    await second.end('SIGINT');
    expect(Number(new URL(taken.kubernetes).port)).toBeGreaterThan(Number(api));
    expect(Number(new URL(taken.http).port)).toBeGreaterThan(Number(web));
  });
  it('takes images and tags from the command line', async () => {
    const content = await folder();
    await writeFile(join(content, 'index.html'), 'hello');
    const image = await ends(dataDir, ['image', 'team/web:1.0.0', content]);
    expect(image).toMatchObject({ code: 0, output: expect.stringMatching(/^pushed team\/web:1\.0\.0 \(sha256:/) });
    const tag = await ends(dataDir, ['tag', 'team/web', '1.1.0']);
    expect(tag).toMatchObject({ code: 0, output: expect.stringMatching(/^team\/web:1\.1\.0 is team\/web:1\.0\.0 /) });
    const { http } = await readEndpoints(dataDir);
    const tags = await (await fetch(`${http}/v2/team/web/tags/list`)).json();
    expect(tags).toEqual({ name: 'team/web', tags: ['1.0.0', '1.1.0'] });
  });
  it('says what is wrong with a tag that cannot be made', async () => {
    const tag = await ends(dataDir, ['tag', 'team/none', '1.1.0']);
    expect(tag.code).toBe(1);
    expect(tag.output).toMatch(/team\/none/);
  });
});

describe('--reset', { timeout: 180_000 }, () => {
  it('empties the folder, and starts from the beginning', async () => {
    const dataDir = await folder();
    const first = await LocalProcess.start(dataDir, empty);
    await first.end('SIGINT');
    await writeFile(join(dataDir, 'notes'), 'of a walk');
    const second = await LocalProcess.start(dataDir, [...empty, '--reset']);
    await second.end('SIGINT');
    expect(await exists(join(dataDir, 'notes'))).toBe(false);
  });
  it('does not empty a folder that is somebody else’s', async () => {
    const home = await folder();
    await mkdir(join(home, 'letters'));
    const reset = await ends(home, [...empty, '--reset']);
    expect(reset).toMatchObject({ code: 1, output: expect.stringContaining('is no data folder of alustan') });
    expect(await readdir(home)).toEqual(['letters']);
  });
});
