import { appendFile, copyFile, open, stat, truncate } from 'node:fs/promises';

/** Bytes that the log of a process may have, and that are kept of one that had more. */
const logLimit = { most: 64 * 2 ** 20, kept: 2 ** 20 } as const;

/**
 * Keeps a process that prints without end from filling the disk: what it wrote goes to `<file>.1`, of which there is one,
 * and the log begins anew with the last of it. The process appends to the file and never notices.
 */
export async function limitLog(file: string, { most, kept } = logLimit): Promise<void> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size <= most) return;
  const old = `${file}.1`;
  await copyFile(file, old);
  await truncate(file);
  await appendFile(file, `[local mode: the log was longer than ${most} bytes; what came before is in ${old}]\n`);
  await appendFile(file, await lastBytes(old, kept));
}

/** Whole lines, as many as fit. */
async function lastBytes(file: string, count: number): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(count), 0, count, Math.max(0, size - count));
    const bytes = buffer.subarray(0, bytesRead);
    return bytes.subarray(bytes.indexOf('\n') + 1);
  } finally {
    await handle.close();
  }
}
