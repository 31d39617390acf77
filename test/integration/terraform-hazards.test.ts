import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/core/resource.ts';
import { Infrastructure } from '../support/infrastructure.ts';

const note = (what: string) => `echo "${what}" >> "$STATE/$ALUSTAN_NAMESPACE"`;

describe('what a Terraform must not lose, on local mode', { timeout: 90_000 }, () => {
  let infra: Infrastructure;
  let ns: string;
  let count = 0;

  beforeAll(async () => {
    infra = await Infrastructure.start();
    await infra.push('infra', '1.0.0', {
      deploy: note('deploy $TF_VAR_workspace'),
      destroy: note('destroy $TF_VAR_workspace'),
      hangs: 'trap "echo the state is written; exit 6" TERM; echo up; while :; do sleep 0.05; done',
    });
  }, 60_000);
  afterAll(() => infra.stop(), 30_000);
  beforeEach(async () => {
    count += 1;
    ns = `hazard-${count}`;
    await infra.namespace(ns);
  });

  it('E34 a run that took too long is told to stop, says so, and keeps its log', async () => {
    await infra.create(ns, 'db', 'infra', { scripts: { deploy: 'hangs' }, retries: 0 });
    await infra.seen(ns, 'db', ({ job }) => job?.began === true);
    const [pod] = (await infra.shop.client.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace: ns })).items;
    const name = (pod as KubeObject).metadata.name;
    const patch = { spec: { activeDeadlineSeconds: 1 } };
    await infra.shop.client.patch({ apiVersion: 'v1', kind: 'Pod', namespace: ns, name }, 'merge', patch);
    const words = /took longer than spec\.timeout allows.*: the state is written; given up/;
    const failed = await infra.reached(ns, 'db', 'Failed RetriesExhausted', words);
    const end = { reason: 'DeadlineExceeded', exitCode: 6, tail: ['up', 'the state is written'] };
    expect(failed?.['status']).toMatchObject({ job: end, lock: { job: expect.stringContaining('db-deploy-') } });
    const log = await infra.shop.client.podLog({ namespace: ns, name, container: 'terraform' });
    expect(log).toBe('up\nthe state is written\n');
  });
});
