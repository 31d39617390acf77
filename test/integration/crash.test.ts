import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureHelm, helmVersion, sharedCache } from '../../src/local/tools/helm.ts';
import { type CrashSubject, describeCrash } from '../support/describe-crash.ts';
import { freePort, LocalProcess } from '../support/local-process.ts';
import { Shop } from '../support/shop.ts';

/** Local mode: API server, node and controller die together. */
describeCrash(async (): Promise<CrashSubject> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'alustan-crash-'));
  // The same ports at each start, as with the defaults: a Helm that survives finds its API server again.
  const args = ['--api-port', `${await freePort()}`, '--http-port', `${await freePort()}`, '--retry-delay', '1s'];
  let local: LocalProcess | undefined;
  return {
    dataDir,
    // Local mode looks for its Helm here first.
    helm: join(dataDir, 'bin', `helm-${helmVersion}`),
    realHelm: await ensureHelm({ folders: [sharedCache(process.env)], env: process.env, progress: () => {} }),
    start: async () => {
      local = await LocalProcess.start(dataDir, args);
      return Shop.attach(dataDir);
    },
    end: async (signal) => local?.end(signal),
    kill: () => local?.child.kill('SIGKILL'),
    close: () => rm(dataDir, { recursive: true, force: true }),
  };
});
