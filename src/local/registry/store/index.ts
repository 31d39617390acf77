import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Blobs } from './blobs.ts';
import { type Layout, layout } from './layout.ts';
import { Manifests } from './manifests.ts';
import { Referrers } from './referrers.ts';
import { Uploads } from './uploads.ts';

const STALE_UPLOAD_MS = 24 * 3_600_000;

/** All of the registry's data under one folder. */
export type Store = Readonly<{
  layout: Layout;
  blobs: Blobs;
  uploads: Uploads;
  manifests: Manifests;
  referrers: Referrers;
}>;

export function openStore(root: string): Store {
  const paths = layout(root);
  return {
    layout: paths,
    blobs: new Blobs(paths),
    uploads: new Uploads(paths),
    manifests: new Manifests(paths),
    referrers: new Referrers(paths),
  };
}

/** Removes what a `kill -9` may have left: files that never got to their place, and uploads that nobody went on with for a day. */
export async function recoverStore(root: string, now: Date): Promise<void> {
  const { uploads } = layout(root);
  await rm(join(root, 'temporary'), { recursive: true, force: true });
  for (const name of await readdir(uploads).catch(() => [])) {
    const file = join(uploads, name);
    const { mtimeMs } = await stat(file);
    if (now.getTime() - mtimeMs > STALE_UPLOAD_MS) await rm(file, { force: true });
  }
}
