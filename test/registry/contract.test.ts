import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { startHttp } from '../../src/local/http/index.ts';
import { findTool } from '../support/find-tool.ts';
import { describeBlobs } from './blobs.ts';
import { describeLists } from './lists.ts';
import { describeManifests } from './manifests.ts';
import type { Subject } from './subject.ts';
import { describeUploads } from './uploads.ts';

type Running = { url: string; stop: () => Promise<void> };

function describeRegistry(name: string, level: Subject['level'], start: (folder: string) => Promise<Running>): void {
  describe(name, () => {
    let folder = '';
    let running: Running = { url: '', stop: async () => {} };
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'alustan-registry-'));
      running = await start(folder);
    });
    afterAll(async () => {
      await running.stop();
      await rm(folder, { recursive: true, force: true });
    });
    const subject: Subject = { url: () => running.url, level };
    describeBlobs(subject);
    describeUploads(subject);
    describeManifests(subject);
    describeLists(subject);
  });
}

describeRegistry('registry of local mode', 'current', async (folder) => {
  const server = await startHttp({ dataDir: folder, port: 0, env: process.env });
  return { url: server.url, stop: () => server.close() };
});

// The same suite against a registry that others wrote keeps us honest about what clients rely on.
const reference = findTool('docker-registry');
if (reference !== undefined) {
  describeRegistry("Debian's docker-registry", 'legacy', (folder) => startReference(reference, folder));
}

async function startReference(program: string, folder: string): Promise<Running> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const config = {
    version: 0.1,
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: folder }, delete: { enabled: true } },
    http: { addr: `127.0.0.1:${port}` },
  };
  await writeFile(join(folder, 'config.yml'), JSON.stringify(config));
  const child = spawn(program, ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = () => {
    child.kill();
    return ended;
  };
  const deadline = Date.now() + 10_000;
  while (
    !(await fetch(`${url}/v2/`).then(
      (answer) => answer.ok,
      () => false,
    ))
  ) {
    if (Date.now() > deadline) throw new Error(`${program} did not answer within 10 s`);
  }
  return { url, stop };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
