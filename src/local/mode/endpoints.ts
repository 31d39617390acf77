import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';

/** Where a running local mode is found: `<data-dir>/endpoints.json`. */
export type Endpoints = Readonly<{ kubernetes: string; http: string; kubeconfig: string }>;

const file = (dataDir: string): string => join(dataDir, 'endpoints.json');

/** Writes the kubeconfig, then the file that names it; both whole or not at all. */
export async function writeEndpoints(dataDir: string, endpoints: Endpoints, kubeconfig: unknown): Promise<void> {
  await writeWhole(endpoints.kubeconfig, stringify(kubeconfig), 0o600);
  await writeWhole(file(dataDir), `${JSON.stringify(endpoints, undefined, 2)}\n`, 0o644);
}

/** Rejects with a message that says how to start local mode when there is none. */
export async function readEndpoints(dataDir: string): Promise<Endpoints> {
  try {
    return JSON.parse(await readFile(file(dataDir), 'utf8')) as Endpoints;
  } catch {
    throw new Error(`${file(dataDir)} cannot be read: start the local mode first (npm start), or name its --data-dir`);
  }
}

/** A rename is atomic: readers see the old file or the new one. */
async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const half = `${path}.${process.pid}`;
  await writeFile(half, text, { mode });
  await rename(half, path);
}
