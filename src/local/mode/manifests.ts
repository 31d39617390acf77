import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../core/resource.ts';
import type { KubeClient } from '../../kube/client.ts';

const fieldManager = 'alustan-local';

/** The objects of a folder's YAML files, files in the order of their names. */
export async function readManifests(folder: string): Promise<KubeObject[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return texts
    .flatMap((text) => parseAllDocuments(text))
    .flatMap((document) => (document.toJS() ?? []) as KubeObject[]);
}

/** Server-side apply of each object, in order. */
export async function applyManifests(client: KubeClient, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) {
    const { apiVersion, kind, metadata } = object;
    const namespace = metadata.namespace === undefined ? {} : { namespace: metadata.namespace };
    const reference = { apiVersion, kind, name: metadata.name, ...namespace };
    await client.patch(reference, 'apply', object, { fieldManager, force: true });
  }
}
