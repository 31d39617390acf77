import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/core/resource.ts';
import { Infrastructure } from '../support/infrastructure.ts';

type Status = {
  job?: { name: string; tail?: string[] };
  lastAppliedImage?: string;
  postDeployOutput?: Record<string, unknown>;
};

const statusOf = (object: KubeObject | undefined) => (object?.['status'] ?? {}) as Status;

describe('Terraform on local mode, its scripts as processes', { timeout: 90_000 }, () => {
  let infra: Infrastructure;
  let ns: string;
  let count = 0;

  beforeAll(async () => {
    infra = await Infrastructure.start();
    await infra.push('infra', '1.0.0', {
      deploy: 'echo "deploy $TF_VAR_name" >> "$STATE/$ALUSTAN_NAMESPACE"',
      destroy: 'echo "destroy $TF_VAR_name" >> "$STATE/$ALUSTAN_NAMESPACE"',
      outputs: 'echo "reading $1"\nprintf \'{"outputs": {"db": {"host": "db.%s"}, "list": [1, true]}}\' "$TF_VAR_name"',
    });
  }, 60_000);
  afterAll(() => infra.stop(), 30_000);
  beforeEach(async () => {
    count += 1;
    ns = `infra-${count}`;
    await infra.namespace(ns);
  });

  it('E26–E30 deploys, reads outputs, runs nothing while nothing changes, A → B → A thrice, and destroys', async () => {
    const postDeploy = { script: 'outputs', args: { name: 'TF_VAR_name' } };
    await infra.create(ns, 'db', 'infra', { variables: { TF_VAR_name: 'a' }, postDeploy });
    const done = await infra.reached(ns, 'db', 'Completed Delivered');
    expect(statusOf(done).postDeployOutput).toEqual({ db: { host: 'db.a' }, list: [1, true] });
    expect(statusOf(done).lastAppliedImage).toMatch(/infra:1\.0\.0$/);
    await infra.annotate(ns, 'db', { note: 'no change' });
    for (const name of ['b', 'a']) {
      await infra.edit(ns, 'db', { variables: { TF_VAR_name: name } });
      await infra.reached(ns, 'db', 'Completed Delivered');
    }
    await infra.remove(ns, 'db');
    await infra.gone(ns, 'db');
    expect(await infra.lines(ns)).toEqual(['deploy a', 'deploy b', 'deploy a', 'destroy a']);
  });
});
