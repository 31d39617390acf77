import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import type { KeyToPath, Pod, Volume, VolumeSource } from '../cluster/types.ts';
import { fieldOf } from './environment.ts';

export type Files = Readonly<Record<string, Buffer>>;

/** What volumes are made of. */
export type VolumeSources = Readonly<{
  /** Undefined when there is no object of that name. */
  data: (kind: 'Secret' | 'ConfigMap', name: string) => Promise<Files | undefined>;
  token: (audience: string | undefined, seconds: number) => Promise<string>;
}>;

/** The kubelet's words for a volume that cannot be made: the message of a FailedMount event. */
export class MountError extends Error {}

/** The files of a volume by relative path; undefined for volumes that start empty. Rejects with `MountError`. */
export async function volumeFiles(pod: Pod, volume: Volume, sources: VolumeSources): Promise<Files | undefined> {
  if (volume.projected !== undefined) {
    const parts: Files[] = [];
    for (const part of volume.projected.sources ?? []) {
      const { serviceAccountToken: token } = part;
      if (token === undefined) parts.push((await sourceFiles(pod, volume.name, part, sources)) ?? {});
      else
        parts.push({ [token.path]: Buffer.from(await sources.token(token.audience, token.expirationSeconds ?? 3600)) });
    }
    return Object.assign({}, ...parts) as Files;
  }
  return await sourceFiles(pod, volume.name, volume, sources);
}

async function sourceFiles(pod: Pod, volume: string, source: VolumeSource, sources: VolumeSources) {
  if (source.downwardAPI !== undefined) {
    const items = (source.downwardAPI.items ?? []).map(({ path, fieldRef }) => [
      path,
      Buffer.from(fieldOf(pod, fieldRef?.fieldPath ?? '')),
    ]);
    return Object.fromEntries(items) as Files;
  }
  const kind = source.secret === undefined ? 'ConfigMap' : 'Secret';
  const from = source.secret ?? source.configMap;
  if (from === undefined) return undefined;
  const name = source.secret?.secretName ?? from.name ?? '';
  const data = await sources.data(kind, name);
  if (data !== undefined)
    return pick(data, from.items, `${pod.metadata.namespace}/${name}`, volume, from.optional === true);
  if (from.optional) return {};
  throw new MountError(`MountVolume.SetUp failed for volume "${volume}" : ${kind.toLowerCase()} "${name}" not found`);
}

function pick(
  data: Files,
  items: readonly KeyToPath[] | undefined,
  object: string,
  volume: string,
  optional: boolean,
): Files {
  if (items === undefined) return data;
  const files: Record<string, Buffer> = {};
  for (const { key, path } of items) {
    const value = data[key];
    if (value !== undefined) files[path] = value;
    else if (!optional) {
      throw new MountError(
        `MountVolume.SetUp failed for volume "${volume}" : references non-existent config key: ${key} in ${object}`,
      );
    }
  }
  return files;
}

/** Writes the files under a new folder: files 0600, folders 0700. Appears at once as a whole. */
export async function writeFolder(folder: string, files: Files): Promise<void> {
  const fresh = `${folder}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true, mode: 0o700 });
  for (const [path, content] of Object.entries(files)) {
    const inside = normalize(path);
    if (inside.startsWith('..') || inside.startsWith('/')) throw new MountError(`path ${path} leaves its volume`);
    const target = join(fresh, inside);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await writeFile(target, content, { mode: 0o600 });
    await chmod(target, 0o600);
  }
  await rm(folder, { recursive: true, force: true });
  await rename(fresh, folder);
}
