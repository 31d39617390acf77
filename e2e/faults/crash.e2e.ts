import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { applyManifests, readManifests } from '../../src/local/mode/manifests.ts';
import { pushExampleImages } from '../../src/local/mode/seed.ts';
import { WorkTree } from '../../test/support/bad-input.ts';
import { type CrashSubject, describeCrash } from '../../test/support/describe-crash.ts';
import { Program } from '../../test/support/program.ts';
import { ensureHelm4 } from '../cluster/tools.ts';
import type { CrewOptions } from './crew.ts';
import { openGround } from './ground.ts';
import { insist } from './insist.ts';

const example = join(import.meta.dirname, '..', '..', 'examples', 'shop');

/** A real control plane; controller and node die together, at one point with the API server. */
describeCrash(async (): Promise<CrashSubject> => {
  const ground = await openGround();
  const { plane, dataDir, front } = ground;
  const helm = join(dataDir, 'bin', 'helm');
  const controller = { intervalMs: 1_000, settings: { retryDelayMs: 1_000 } };
  const options: CrewOptions = { kubeconfigPath: plane.kubeconfigPath, dataDir, front, helm, controller };
  let crew: Program | undefined;
  let back: Promise<unknown> = Promise.resolve();
  await seed();
  return {
    dataDir,
    helm,
    realHelm: await ensureHelm4(),
    start: async () => {
      await back;
      crew = new Program([JSON.stringify(options)], { main: join(import.meta.dirname, 'crew.fixture.ts') });
      await crew.says(/the crew works/);
      return ground.shop();
    },
    end: async (signal) => crew?.end(signal),
    killApiServer: () => {
      back = plane.restart('kube-apiserver', 'SIGKILL');
      back.catch(() => {});
    },
    kill: () => crew?.child.kill('SIGKILL'),
    close: ground.stop,
  };

  async function seed(): Promise<void> {
    const shop = await ground.shop();
    await pushExampleImages(example, front);
    const tree = await WorkTree.create(front, 'shop');
    await tree.fill((folder) => cp(join(example, 'repository'), folder, { recursive: true }));
    await tree.remove();
    await insist(async () => applyManifests(shop.client, await readManifests(join(example, 'cluster'))));
    await shop.detach();
  }
});
