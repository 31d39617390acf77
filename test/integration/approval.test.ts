import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TerraformStatus } from '../../src/api/terraform-status.ts';
import type { KubeObject } from '../../src/core/resource.ts';
import { Infrastructure } from '../support/infrastructure.ts';
import { withTerraform } from '../support/terraform.ts';
import { pushInfrastructure, TerraformJobs } from '../support/terraform-jobs.ts';

/** Ends with the lock in its hand, as the Terraform of a laptop that dies while it waits for an answer. */
const lock = `. "$(dirname "$0")/lib.sh"
init
mkfifo answer && exec 3<>answer
TF_INPUT=1 "$terraform" apply -replace=terraform_data.network <answer &
until "$terraform" force-unlock -force none 2>&1 | grep -q 'ID: '; do sleep 0.05; done
kill -9 $!
wait
`;

const ns = 'approved';
const variables = { TF_VAR_workspace: 'staging', LOCK_TIMEOUT: '0s' };
const scripts = { deploy: 'deploy', destroy: 'destroy -c', plan: 'plan -detailed-exitcode', unlock: 'unlock' };

const statusOf = (object: KubeObject | undefined) => (object?.['status'] ?? {}) as TerraformStatus;

describe('what was approved is what is applied, by examples/infrastructure with a real Terraform', {
  timeout: 120_000,
}, () => {
  let infra: Infrastructure;
  let jobs: TerraformJobs;
  beforeAll(async () => {
    infra = await Infrastructure.start({ env: withTerraform(process.env) });
    const { http } = infra.shop.local.endpoints;
    await pushInfrastructure(http, 'infra:1.0.0', { lock });
    jobs = new TerraformJobs(infra.shop.client, `${new URL(http).host}/infra:1.0.0`, ns);
    await jobs.prepare();
  }, 120_000);
  afterAll(() => infra.stop(), 30_000);

  const waiting = (name: string, words: RegExp) => infra.reached(ns, name, 'Progressing ApprovalRequired', words);

  async function approve(name: string, object: KubeObject | undefined): Promise<string> {
    const { hash = '' } = statusOf(object).plan ?? {};
    await infra.annotate(ns, name, { 'alustan.io/approve': hash });
    return hash;
  }

  it('F4 a state that has moved is planned anew; the plan that was approved is applied; no change asks nobody', async () => {
    await infra.create(ns, 'db', 'infra', { approval: 'manual', scripts, variables });
    const first = await waiting('db', /plan \+3 ~0 −0 waits/);
    // Somebody else deploys in the meantime.
    const larger = { ...variables, TF_VAR_database_size: 'large' };
    expect(await jobs.run('db', 'deploy', larger)).toMatchObject({ exitCode: 0 });
    const stale = await approve('db', first);
    const second = await waiting('db', /plan \+0 ~1 −0 waits.*replaces.*the state has moved since the plan/);
    expect(await approve('db', second)).not.toBe(stale);
    await infra.reached(ns, 'db', 'Completed Delivered');
    expect(await jobs.run('db', 'plan -detailed-exitcode', variables)).toMatchObject({ exitCode: 0 });
    const { lastAppliedHash } = statusOf(await infra.seen(ns, 'db', ({ plan }) => plan?.appliedAt !== undefined));
    // Of no use to Terraform: nothing would change.
    await infra.edit(ns, 'db', { variables: { TF_VAR_of_no_use: 'x' } });
    const same = await infra.seen(ns, 'db', (status) => status.plan?.nothing === true && status.state === 'Completed');
    expect(statusOf(same)).toMatchObject({ job: { purpose: 'plan' }, plan: { summary: 'no changes' } });
    expect(statusOf(same).lastAppliedHash).not.toBe(lastAppliedHash);
  });

  it('E30 a plan that nobody has approved goes with what was deployed', async () => {
    await infra.create(ns, 'going', 'infra', { scripts, variables });
    await infra.reached(ns, 'going', 'Completed Delivered');
    await infra.edit(ns, 'going', { approval: 'manual', variables: { TF_VAR_database_size: 'large' } });
    await waiting('going', /plan \+0 ~1 −0/);
    expect(await jobs.left()).toContain('tfstate-kept.plan-going.plan');
    await infra.remove(ns, 'going');
    await infra.gone(ns, 'going');
    expect((await jobs.left()).filter((name) => name.includes('going'))).toEqual([]);
  });

  it('what has drifted is told by its addresses, and deployed again where that is wished', async () => {
    await infra.create(ns, 'drifts', 'infra', { scripts, variables });
    await infra.reached(ns, 'drifts', 'Completed Delivered');
    // Somebody else changes it.
    const larger = { ...variables, TF_VAR_database_size: 'large' };
    expect(await jobs.run('drifts', 'deploy', larger)).toMatchObject({ exitCode: 0 });
    await infra.edit(ns, 'drifts', { driftInterval: '1s', scripts: { drift: 'plan -detailed-exitcode' } });
    const words = /it has drifted \(\+0 ~1 −0: terraform_data\.database\)/;
    const drifted = await infra.reached(ns, 'drifts', 'Completed Drifted', words);
    expect(statusOf(drifted).drift).toMatchObject({ drifted: true, resources: ['terraform_data.database'] });
    await infra.edit(ns, 'drifts', { drift: 'correct', driftInterval: '1h' });
    const corrected = await infra.seen(ns, 'drifts', ({ drift }) => drift?.drifted === false);
    expect(statusOf(corrected).drift?.resources).toBeUndefined();
    expect(await jobs.run('drifts', 'plan -detailed-exitcode', variables)).toMatchObject({ exitCode: 0 });
  });

  it('a lock that nobody here knows of is freed because a person says so, and not before', async () => {
    const foreign = { ...variables, STATE_NAME: 'shared' };
    await jobs.run('elsewhere', 'deploy', foreign);
    await jobs.run('elsewhere', 'lock', foreign);
    await infra.create(ns, 'here', 'infra', { scripts, retries: 0, variables: foreign });
    await infra.reached(ns, 'here', 'Failed RetriesExhausted', /exit code 1: Error: Error acquiring the state lock/);
    expect(await jobs.run('here', 'unlock', foreign)).toMatchObject({ exitCode: 1 });
    await infra.annotate(ns, 'here', { 'alustan.io/force-unlock': 'the laptop died' });
    await infra.reached(ns, 'here', 'Completed Delivered');
  });
});
