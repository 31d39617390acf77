import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { arch, platform } from 'node:os';

/** `e_machine` of ELF for this processor. */
const machine = { x64: 62, arm64: 183 }[arch() as string];
/** Program header that names a dynamic loader: the file needs libraries of its image. */
const interpreterHeader = 3;
const headBytes = 4096;

/**
 * Whether a program of an image runs on this machine without the rest of its image: a script whose interpreter the host
 * has, or a statically linked binary for this processor.
 */
export async function isUsable(file: string): Promise<boolean> {
  const head = await headOf(file);
  if (head === undefined) return false;
  if (head.subarray(0, 2).toString() === '#!') {
    const interpreter = /^#!\s*(\S+)/.exec(head.toString('latin1'))?.[1];
    return interpreter !== undefined && existsSync(interpreter);
  }
  return platform() === 'linux' && isStaticElf(head);
}

async function headOf(file: string): Promise<Buffer | undefined> {
  const handle = await open(file).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    if (!(await handle.stat()).isFile()) return undefined;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** 64 bits, little endian: all that Node runs on. */
function isStaticElf(head: Buffer): boolean {
  const isElf = head.length >= 64 && head.readUInt32BE(0) === 0x7f454c46 && head[4] === 2 && head[5] === 1;
  if (!isElf || head.readUInt16LE(18) !== machine) return false;
  const [start, size, count] = [Number(head.readBigUInt64LE(32)), head.readUInt16LE(54), head.readUInt16LE(56)];
  for (let at = start; at < start + size * count; at += size) {
    if (at + 4 > head.length || head.readUInt32LE(at) === interpreterHeader) return false;
  }
  return true;
}
