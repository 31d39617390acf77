import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TerraformStatus } from '../../src/api/terraform-status.ts';
import type { Log } from '../../src/core/log.ts';
import type { KubeObject } from '../../src/core/resource.ts';
import { eachInItsNamespace, type Infrastructure } from '../support/infrastructure.ts';
import { killRunners } from '../support/local-process.ts';

/** What runs is written down; a script that finds `hold` waits until that is gone, as one that takes its time. */
const note = (what: string) => `echo "${what}" >> "$STATE/$ALUSTAN_NAMESPACE"`;
const hold = 'while [ -e "$STATE/$ALUSTAN_NAMESPACE.hold" ]; do sleep 0.05; done';
/** Once. */
const failsWhenTold =
  'if [ -e "$STATE/$ALUSTAN_NAMESPACE.fail" ]; then rm "$STATE/$ALUSTAN_NAMESPACE.fail"; exit 5; fi';
const secret = 's3cr3t "quoted" $HOME\nand a second line';

describe('flows of a Terraform on local mode', { timeout: 90_000 }, () => {
  let infra: Infrastructure;
  let ns: string;
  const logged: string[] = [];
  const write = (fields: object, message: string) => logged.push(JSON.stringify([fields, message]));
  const log: Log = { debug: write, info: write, warn: write, error: write };

  const scripts = {
    deploy: [note('deploy begins'), hold, note('deploy ends')].join('\n'),
    destroy: [note('destroy'), failsWhenTold].join('\n'),
    plan: [note('plan begins'), hold, 'echo "Plan: 1 to add, 0 to change, 0 to destroy."'].join('\n'),
    unlock: note('unlock ${ALUSTAN_LOCK_OWNER%/*} ${ALUSTAN_LOCK_JOB%-*-*}'),
    tell: 'echo "arguments: $*"; printf %s "$TOKEN" >&2; echo; exit 7',
  };
  eachInItsNamespace({ scripts, namespace: 'flow', options: { log } }, (started, namespace) => {
    infra = started;
    ns = namespace;
  });

  const file = (name: string) => join(infra.state, `${ns}.${name}`);
  const lines = () => infra.lines(ns);
  // Until the node has told so, a Job counts as one that has not begun, and is removed for a deletion.
  const begun = async () => {
    await expect.poll(lines, { timeout: 30_000 }).toContain('deploy begins');
    await infra.seen(ns, 'db', ({ job }) => job?.began === true);
  };

  it('E31 F4 deleted during a deploy: the run ends first, then its infrastructure is destroyed', async () => {
    await writeFile(file('hold'), '');
    await infra.create(ns, 'db', 'infra', {});
    await begun();
    await infra.remove(ns, 'db');
    await infra.reached(ns, 'db', 'Progressing JobRunning', /deploy/);
    await rm(file('hold'));
    await infra.gone(ns, 'db');
    expect(await lines()).toEqual(['deploy begins', 'deploy ends', 'destroy']);
  });

  it('E30 F4 a destroy that fails is told, and holds the object until one succeeds', async () => {
    await infra.create(ns, 'db', 'infra', { retries: 0 });
    await infra.reached(ns, 'db', 'Completed Delivered');
    await writeFile(file('fail'), '');
    await infra.remove(ns, 'db');
    await infra.reached(ns, 'db', 'Failed RetriesExhausted', /db-destroy-\S+ failed: .*exit code 5/);
    await infra.annotate(ns, 'db', { 'alustan.io/retry': '1' });
    await infra.gone(ns, 'db');
    expect(await lines()).toEqual(['deploy begins', 'deploy ends', 'destroy', 'destroy']);
  });

  it('E30 F4 without a destroy script, and when nothing was ever deployed, nothing is run', async () => {
    await infra.create(ns, 'kept', 'infra', { scripts: { deploy: 'deploy' } });
    await infra.reached(ns, 'kept', 'Completed Delivered');
    await infra.create(ns, 'never', 'no-such-image', {});
    const hasError = (object?: KubeObject) => (object?.['status'] as { state?: string } | undefined)?.state === 'Error';
    await infra.shop.until('Terraform', 'never', hasError, 'alustan.io/v1alpha1', ns);
    await Promise.all(['kept', 'never'].map((name) => infra.remove(ns, name)));
    await Promise.all(['kept', 'never'].map((name) => infra.gone(ns, name)));
    expect(await lines()).toEqual(['deploy begins', 'deploy ends']);
  });

  it('E32 a newer image is deployed; nothing else is', async () => {
    await infra.push('moving', '1.0.0', { deploy: note('one') });
    await infra.create(ns, 'db', 'moving', {});
    await infra.reached(ns, 'db', 'Completed Delivered');
    await infra.push('moving', '1.1.0', { deploy: note('two') });
    await infra.reached(ns, 'db', 'Completed Delivered', /moving:1\.1\.0/);
    await infra.annotate(ns, 'db', { looked: 'again' });
    await infra.push('moving', '2.0.0', { deploy: note('three') });
    await infra.edit(ns, 'db', { interval: '1h' });
    await infra.reached(ns, 'db', 'Completed Delivered', /moving:1\.1\.0/);
    expect(await lines()).toEqual(['one', 'two']);
  });

  it('F4 a runner that is killed: its lock is freed before the next run, and only then', async () => {
    await writeFile(file('hold'), '');
    await infra.create(ns, 'db', 'infra', { scripts: { deploy: 'deploy', unlock: 'unlock' } });
    await begun();
    await killRunners(infra.shop.dataDir);
    await rm(file('hold'));
    await infra.reached(ns, 'db', 'Completed Delivered');
    expect(await lines()).toEqual(['deploy begins', `unlock ${ns}/db db-deploy`, 'deploy begins', 'deploy ends']);
  });

  it('F4 a plan that is killed is made again, and an approval from before does not count', async () => {
    await infra.create(ns, 'db', 'infra', { approval: 'manual', scripts: { deploy: 'deploy', unlock: 'unlock' } });
    const asks = await infra.reached(ns, 'db', 'Progressing ApprovalRequired');
    const status = asks?.['status'] as TerraformStatus | undefined;
    await infra.annotate(ns, 'db', { 'alustan.io/approve': status?.plan?.hash });
    await infra.reached(ns, 'db', 'Completed Delivered');
    await writeFile(file('hold'), '');
    await infra.edit(ns, 'db', { variables: { MORE: 'yes' } });
    await expect.poll(async () => (await lines()).at(-1), { timeout: 30_000 }).toBe('plan begins');
    await killRunners(infra.shop.dataDir);
    await rm(file('hold'));
    await infra.reached(ns, 'db', 'Progressing ApprovalRequired');
    const before = ['plan begins', 'deploy begins', 'deploy ends'];
    expect(await lines()).toEqual([...before, 'plan begins', `unlock ${ns}/db db-plan`, 'plan begins']);
  });

  it('E2 E33 no value of a secret is told: not in status, events, Jobs or the log of the controller', async () => {
    const labels = { 'alustan.io/secret-type': 'cluster', environment: ns };
    await infra.shop.client.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: ns, namespace: 'alustan', labels },
      stringData: { TOKEN: secret },
    });
    const variables = { TOKEN: '${workspace.TOKEN}', TF_VAR_region: 'eu-central-1' };
    const scripts = { deploy: 'tell' };
    await infra.create(ns, 'db', 'infra', { workspace: ns, variables, scripts, retries: 0 });
    const told: unknown[] = [await infra.reached(ns, 'db', 'Failed RetriesExhausted'), ...logged];
    for (const type of [
      { apiVersion: 'batch/v1', kind: 'Job' },
      { apiVersion: 'v1', kind: 'Pod' },
      { apiVersion: 'v1', kind: 'Event' },
    ]) {
      told.push(...(await infra.shop.client.list(type, { namespace: ns })).items);
    }
    const text = JSON.stringify(told);
    expect(text).toContain('exit code 7');
    for (const part of ['s3cr3t', 'a second line']) expect(text).not.toContain(part);
  });
});
