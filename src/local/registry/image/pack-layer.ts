import { createHash, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { lstat, readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Pack, pack } from 'tar-stream';

export type Layer = Readonly<{
  file: string;
  /** Of the compressed file. */
  digest: string;
  size: number;
  /** Digest of the tar inside. */
  diffId: string;
}>;

/**
 * Packs a folder as one layer into `file` (tar, gzip). The same content gives the same bytes: entries are sorted, owner
 * and times are zero, and of the modes only "executable" is kept. What is no file, folder or link is left out.
 *
 * @param into path inside the image where the folder's content lies.
 */
export async function packLayer(folder: string, file: string, into = '/'): Promise<Layer> {
  const tar = pack();
  const plain = createHash('sha256');
  const compressed = createHash('sha256');
  const written = pipeline(
    counting(plain)(tar as AsyncIterable<Uint8Array>),
    createGzip(),
    counting(compressed),
    createWriteStream(file),
  );
  await Promise.all([written, addAll(tar, folder, into)]);
  return {
    file,
    digest: `sha256:${compressed.digest('hex')}`,
    size: (await stat(file)).size,
    diffId: `sha256:${plain.digest('hex')}`,
  };
}

function counting(hash: Hash) {
  return async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      hash.update(chunk);
      yield chunk;
    }
  };
}

async function addAll(tar: Pack, folder: string, into: string): Promise<void> {
  try {
    const parts = into.split('/').filter((part) => part !== '');
    for (const [index] of parts.entries()) {
      const name = parts.slice(0, index + 1).join('/');
      tar.entry({ name, type: 'directory', mode: 0o755, mtime: new Date(0), uid: 0, gid: 0 });
    }
    await addFolder(tar, folder, '', parts.map((part) => `${part}/`).join(''));
    tar.finalize();
  } catch (error) {
    tar.destroy(error as Error);
    throw error;
  }
}

async function addFolder(tar: Pack, root: string, folder: string, prefix: string): Promise<void> {
  for (const child of (await readdir(join(root, folder))).sort()) {
    const name = folder === '' ? child : `${folder}/${child}`;
    const path = join(root, name);
    const found = await lstat(path);
    const common = { name: `${prefix}${name}`, mtime: new Date(0), uid: 0, gid: 0 };
    if (found.isSymbolicLink()) tar.entry({ ...common, type: 'symlink', linkname: await readlink(path) });
    else if (found.isFile()) {
      const mode = found.mode & 0o111 ? 0o755 : 0o644;
      await pipeline(createReadStream(path), tar.entry({ ...common, mode, size: found.size }));
    } else if (found.isDirectory()) {
      tar.entry({ ...common, type: 'directory', mode: 0o755 });
      await addFolder(tar, root, name, prefix);
    }
  }
}
