import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyManifests, readManifests } from '../../src/local/mode/manifests.ts';
import { pushExampleImages } from '../../src/local/mode/seed.ts';
import { exec } from '../cluster/exec.ts';
import { root, type Stage } from './stage.ts';

const example = join(root, 'examples', 'shop');

/** The shop example on a stage, and a clone of its repository to work in as a user would. */
export type Shop = Readonly<{
  /** Replaces text in a file of the clone; throws when the text is not there. */
  edit(file: string, from: string, to: string): void;
  remove(file: string): void;
  push(message: string): Promise<void>;
  close(): void;
}>;

/** Puts the example's repository, images and objects where its documents say. */
export async function openShop({ git, registry, connection }: Stage): Promise<Shop> {
  const url = await git.createRepository('shop');
  const folder = mkdtempSync(join(tmpdir(), 'alustan-shop-'));
  const run = (...args: string[]) =>
    exec('git', ['-C', folder, '-c', 'user.name=e2e', '-c', 'user.email=e2e@localhost', ...args]);
  const push = async (message: string) => {
    await run('add', '--all');
    await run('commit', '--quiet', '-m', message);
    await run('push', '--quiet', url, 'main');
  };
  cpSync(join(example, 'repository'), folder, { recursive: true });
  await run('init', '--quiet', '--initial-branch=main');
  await push('The shop example');
  await pushExampleImages(example, registry.url);
  await applyManifests(connection.client, await readManifests(join(example, 'cluster')));
  return {
    push,
    edit: (file, from, to) => {
      const text = readFileSync(join(folder, file), 'utf8');
      if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
      writeFileSync(join(folder, file), text.replace(from, to));
    },
    remove: (file) => rmSync(join(folder, file)),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
