import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { extract, type Header } from 'tar-stream';

export type TarEntry = Readonly<{
  header: Header;
  /** Writes the content to a new file. */
  save(path: string): Promise<void>;
}>;

/**
 * The entries of a tar that is plain, gzip or zstd: its first bytes tell, since media types are not always true. What is
 * not saved of an entry before the next one is asked for is skipped.
 */
export async function* tarEntries(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const entries = extract();
  const chunks = source[Symbol.asyncIterator]();
  const first = await chunks.next();
  const head = first.done ? Buffer.alloc(0) : Buffer.from(first.value);
  const whole = Readable.from(join(head, chunks));
  const decoder = decompressor(head);
  const fed = decoder === undefined ? pipeline(whole, entries) : pipeline(whole, decoder, entries);
  fed.catch((error: Error) => entries.destroy(error));
  try {
    for await (const entry of entries) {
      const save = async (path: string) => {
        // A stream that broke before anyone listened says so to nobody: what feeds it does.
        if (entry.destroyed) await fed;
        await pipeline(entry as AsyncIterable<Uint8Array>, createWriteStream(path, { flags: 'wx' }));
      };
      yield { header: entry.header, save };
      entry.resume();
    }
    await fed;
  } finally {
    whole.destroy();
  }
}

async function* join(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

function decompressor(head: Uint8Array) {
  const magic = Buffer.from(head.subarray(0, 4)).toString('hex');
  if (magic.startsWith('1f8b')) return createGunzip();
  if (magic === '28b52ffd') return createZstdDecompress();
  return undefined;
}
