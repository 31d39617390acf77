import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, vi } from 'vitest';
import type { Job } from './protocol.ts';
import { createGitThread } from './thread.ts';

/** Says that it was started, and answers each job with what it was asked for. */
const worker = (diary: string) => `
import { appendFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
appendFileSync(${JSON.stringify(diary)}, 'started\\n');
parentPort.on('message', ({ id, job }) => parentPort.postMessage({ id, ok: true, value: { commit: job.commit } }));
`;

it('a thread that was prepared is there before its first job, and is the one that does it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'alustan-thread-'));
  const [entry, diary] = [join(folder, 'worker.mjs'), join(folder, 'diary')];
  await writeFile(entry, worker(diary));
  const thread = createGitThread(pathToFileURL(entry));
  try {
    thread.prepare();
    thread.prepare();
    await vi.waitFor(async () => expect(await readFile(diary, 'utf8')).toBe('started\n'), { timeout: 30_000 });
    const answer = await thread.run({ commit: 'abc' } as Job, new AbortController().signal);
    expect(answer).toEqual({ ok: true, value: { commit: 'abc' } });
    expect(await readFile(diary, 'utf8')).toBe('started\n');
  } finally {
    await thread.close();
    await rm(folder, { recursive: true, force: true });
  }
});
