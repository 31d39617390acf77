import { gunzipSync, gzipSync } from 'node:zlib';
import { extract, pack } from 'tar-stream';

export type ArchiveFile = Readonly<{ path: string; bytes: Uint8Array }>;

/** Every entry's time: an archive tells what is in it, not when it was packed. */
const epoch = new Date('2020-01-01T00:00:00Z');

/** A gzipped tar that is the same bytes for the same files in the same order. */
export async function packArchive(files: readonly ArchiveFile[]): Promise<Uint8Array> {
  const packer = pack();
  for (const { path, bytes } of files) {
    packer.entry({ name: path, size: bytes.byteLength, mode: 0o644, mtime: epoch, uid: 0, gid: 0 }, Buffer.from(bytes));
  }
  packer.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of packer) chunks.push(chunk as Uint8Array);
  return gzipSync(Buffer.concat(chunks), { level: 9 });
}

/** The plain files of a gzipped tar. Throws when it is none, or holds more than `limit` bytes. */
export async function unpackArchive(archive: Uint8Array, limit: number): Promise<ArchiveFile[]> {
  const tar = gunzipSync(archive, { maxOutputLength: limit });
  const extractor = extract();
  extractor.end(tar);
  const files: ArchiveFile[] = [];
  for await (const entry of extractor) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry) chunks.push(chunk as Uint8Array);
    if (entry.header.type === 'file')
      files.push({ path: entry.header.name.replace(/^(\.\/)+/, ''), bytes: Buffer.concat(chunks) });
  }
  return files;
}
