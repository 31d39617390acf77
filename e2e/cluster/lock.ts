import { mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { atEnd } from './at-end.ts';
import { say } from './exec.ts';
import { isSameProcess, type ProcessId, thisProcess } from './process-id.ts';

/** Does `work` while holding a lock file, so that two runs on one machine do not build the same thing twice. */
export async function withLock<T>(path: string, what: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(path), { recursive: true });
  let told = false;
  while (!tryLock(path)) {
    if (!told) say(`${what}: another process holds ${path}, waiting for it`);
    told = true;
    await wait(500);
  }
  const free = () => rmSync(path, { force: true });
  const forget = atEnd(free);
  try {
    return await work();
  } finally {
    free();
    forget();
  }
}

function tryLock(path: string): boolean {
  try {
    writeSync(openSync(path, 'wx'), JSON.stringify(thisProcess()));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  // A holder that was killed cannot free its lock.
  if (!isSameProcess(holder(path))) rmSync(path, { force: true });
  return false;
}

function holder(path: string): ProcessId {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ProcessId;
  } catch {
    // Between its creation and the write of its content a lock is empty: someone is about to hold it.
    return thisProcess();
  }
}
