import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { extract, type Header } from 'tar-stream';

export type TarEntry = AsyncIterable<Uint8Array> & Readonly<{ header: Header; resume(): unknown }>;

/**
 * The entries of a tar that is plain, gzip or zstd: its first bytes tell, since media types are not always true. Each
 * entry has to be read, or resumed, before the next comes.
 */
export async function* tarEntries(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const entries = extract();
  const chunks = source[Symbol.asyncIterator]();
  const first = await chunks.next();
  const head = first.done ? Buffer.alloc(0) : Buffer.from(first.value);
  const whole = Readable.from(join(head, chunks));
  const decoder = decompressor(head);
  const fed = decoder === undefined ? pipeline(whole, entries) : pipeline(whole, decoder, entries);
  // A broken source ends the loop below with its error; here it is only kept from being unhandled.
  fed.catch((error: Error) => entries.destroy(error));
  try {
    for await (const entry of entries) yield entry as unknown as TarEntry;
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
