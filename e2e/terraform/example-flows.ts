import { expect } from 'vitest';
import { kubectl } from '../delivery/lane.ts';
import { flow } from './flow.ts';
import type { Ground } from './ground.ts';
import { pushExample } from './image.ts';

/** Approves the plan that waits, which is none of before; gives its hash. */
async function approve(ground: Ground, summary: string, before = 'none'): Promise<string> {
  const words = new RegExp(`plan \\${summary} waits for approval(?!.*approve=${before}$)`);
  const { plan } = await ground.reached('db', 'Progressing ApprovalRequired', words);
  await ground.annotate('db', { 'alustan.io/approve': plan?.hash });
  return plan?.hash ?? '';
}

/** What Terraform keeps in the cluster: states, plans and locks. */
async function kept({ namespace }: Ground): Promise<string[]> {
  const names = await kubectl('get', 'secrets,leases', '-n', namespace, '-o', 'name');
  return names.split('\n').filter((name) => name.includes('tfstate'));
}

/** What the example's own Dockerfile makes, on Debian, as its own user. */
export function exampleFlows(): void {
  flow(
    'E26 E29 E30 the image of the example’s Dockerfile: deployed, planned anew, destroyed without a trace',
    'tf-example',
    async (ground) => {
      await ground.create('db', {
        containerRegistry: { imageName: await pushExample(), semanticVersion: '1.x' },
        approval: 'manual',
        scripts: { deploy: 'deploy', plan: 'plan -detailed-exitcode', destroy: 'destroy -c', unlock: 'unlock' },
        postDeploy: { script: 'aws-resource', args: { workspace: 'TF_VAR_workspace' } },
        // Refused by the node, were the image's own user root.
        podTemplate: { securityContext: { runAsNonRoot: true } },
      });
      const first = await approve(ground, '+3 ~0 −0');
      const { postDeployOutput } = await ground.reached('db', 'Completed Delivered');
      expect(postDeployOutput).toMatchObject({
        cluster: { Name: 'staging', Region: 'eu-central-1' },
        externalresources: [{ Resource: { Endpoint: 'app.staging.internal', Password: expect.stringMatching(/./) } }],
      });
      const state = await ground.state('db');
      const names = ['database', 'network', 'password'].map((name) => `terraform_data.${name}`);
      expect(Object.keys(state?.ids ?? {}).sort()).toEqual(names);
      await ground.edit('db', { variables: { TF_VAR_region: 'us-east-1' } });
      await approve(ground, '+0 ~2 −0', first);
      const { postDeployOutput: moved } = await ground.reached('db', 'Completed Delivered');
      expect(moved).toMatchObject({ cluster: { Region: 'us-east-1' } });
      expect((await ground.state('db'))?.ids).toEqual(state?.ids);
      expect(await kept(ground)).toContain('secret/tfstate-staging-db');
      await ground.remove('db');
      await ground.gone('db');
      expect(ground.runs('db')).toEqual(['plan', 'deploy', 'post-deploy', 'plan', 'deploy', 'post-deploy', 'destroy']);
      expect(await kept(ground)).toEqual([]);
    },
  );
}
