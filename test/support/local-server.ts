import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { HttpOptions } from '../../src/local/http/app.ts';
import { type HttpServer, startHttp } from '../../src/local/http/index.ts';

/** A folder that is removed when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'alustan-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** The listener on a free port and on data of its own, closed when the test ends. */
export async function testServer(
  options: Partial<HttpOptions> = {},
): Promise<HttpServer & { readonly dataDir: string }> {
  const dataDir = options.dataDir ?? (await temporaryFolder());
  const server = await startHttp({ env: process.env, ...options, dataDir, port: 0 });
  onTestFinished(() => server.close());
  return { ...server, dataDir };
}
