import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { extract, pack } from 'tar-stream';
import { FailureError, raise } from '../http/failure.ts';

export type ArchiveFile = Readonly<{ path: string; bytes: Uint8Array }>;

/** Those of a thread pool: a large archive must not hold the loop. */
const [compress, decompress] = [promisify(gzip), promisify(gunzip)];

/** Every entry's time: an archive tells what is in it, not when it was packed. */
const epoch = new Date('2020-01-01T00:00:00Z');
const maxFiles = 5000;

/** A gzipped tar that is the same bytes for the same files in the same order. */
export async function packArchive(files: readonly ArchiveFile[]): Promise<Uint8Array> {
  const packer = pack();
  for (const { path, bytes } of files) {
    packer.entry({ name: path, size: bytes.byteLength, mode: 0o644, mtime: epoch, uid: 0, gid: 0 }, Buffer.from(bytes));
  }
  packer.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of packer) chunks.push(chunk as Uint8Array);
  return compress(Buffer.concat(chunks), { level: 9 });
}

/**
 * The plain files of a gzipped tar, folders and special files passed over. Throws failures when it is none, holds more
 * than `limit` bytes or thousands of files, links, or names that lead out of it.
 */
export async function unpackArchive(archive: Uint8Array, limit: number): Promise<ArchiveFile[]> {
  const tar = await decompress(archive, { maxOutputLength: Math.max(1, limit) }).catch((error: { code?: unknown }) => {
    if (error.code === 'ERR_BUFFER_TOO_LARGE')
      return raise('invalid', 'TooLarge', `the archive unpacks to more than ${limit} bytes; make it smaller`);
    return raise('invalid', 'InvalidArchive', 'this is not a gzipped tar archive; pack it anew');
  });
  const files: ArchiveFile[] = [];
  try {
    const extractor = extract();
    extractor.end(tar);
    for await (const entry of extractor) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of entry) chunks.push(chunk as Uint8Array);
      const { name, type } = entry.header;
      const path = checked(name, type ?? 'file');
      if (type === 'file') files.push({ path, bytes: Buffer.concat(chunks) });
      if (files.length > maxFiles) raise('invalid', 'TooLarge', `the archive holds more than ${maxFiles} files`);
    }
  } catch (error) {
    if (error instanceof FailureError) throw error;
    raise('invalid', 'InvalidArchive', `the archive is damaged (${(error as Error).message}); pack it anew`);
  }
  return files;
}

function checked(name: string, type: string): string {
  const path = name.replace(/^(?:\.\/)+/, '');
  const unsafe = path.startsWith('/') || path.split(/[/\\]/).includes('..') || path.includes('\0');
  if (unsafe) raise('invalid', 'UnsafeFileName', `the archive holds the file name "${name}"; rename or remove it`);
  if (type === 'symlink' || type === 'link')
    raise(
      'invalid',
      'LinkInArchive',
      `the archive holds the link "${name}", which is not followed; pack the file itself`,
    );
  return path;
}
