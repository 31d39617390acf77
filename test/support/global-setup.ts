import { ensureTerraform } from '../../e2e/cluster/system.ts';
import { ensureHelm, sharedCache } from '../../src/local/tools/helm.ts';

/** The tests run the real Helm and the real Terraform: they do not skip where one is missing, they get it. */
export default async function setup(): Promise<void> {
  const progress = (message: string) => console.log(message);
  await ensureHelm({ folders: [sharedCache(process.env)], env: process.env, progress });
  // Without it the tests of infrastructure fail, each with the remedy; all others have no need of it.
  await ensureTerraform().catch((error: Error) => progress(error.message));
}
