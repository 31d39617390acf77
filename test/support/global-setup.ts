import { ensureHelm, sharedCache } from '../../src/local/tools/helm.ts';

/** The tests run the real Helm: they do not skip where it is missing, they get it. */
export default async function setup(): Promise<void> {
  const progress = (message: string) => console.log(message);
  await ensureHelm({ folders: [sharedCache(process.env)], env: process.env, progress });
}
