import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type PathMap, rewrite } from '../rewrite.ts';
import { isUsable } from './usable.ts';

/**
 * What an absolute path in a pod's manifest or an image's configuration means on the host: a mount of the pod, else a
 * file of the image, else the host's own. A program of the image that cannot run here gives way to the host's under the
 * same path (`/bin/sh`). Anything that is no absolute path stays as it is.
 */
export async function toHost(text: string, root: string, mounts: PathMap): Promise<string> {
  const mounted = rewrite(text, mounts);
  if (mounted !== text || !text.startsWith('/')) return mounted;
  const inside = join(root, text);
  const found = await stat(inside).catch(() => undefined);
  if (found === undefined) return text;
  const isProgram = found.isFile() && (found.mode & 0o111) !== 0;
  return isProgram && existsSync(text) && !(await isUsable(inside)) ? text : inside;
}
