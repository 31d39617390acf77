import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killRunners } from '../support/local-process.ts';
import { root, Shop } from '../support/shop.ts';
import { withTerraform } from '../support/terraform.ts';
import { pushInfrastructure, TerraformJobs } from '../support/terraform-jobs.ts';

/** Quotes and shell, lines, unicode, 100 KiB. */
const texts = [
  `"a" 'b' \`id\` $HOME \${x} $(id) %s \\n ; & | * # $(TF_VAR_workspace) $$`,
  'one\ntwo\r\n\n  three\n',
  'ü ñ 漢字 🚀 \u202e',
  'x'.repeat(100 * 1024),
];

/** A resource whose creation waits for a file, and digests of the variables as they came. */
const more = `
variable "gate" { default = "" }
${texts.map((_, index) => `variable "text_${index}" { default = "" }`).join('\n')}
resource "terraform_data" "slow" {
  count            = var.gate == "" ? 0 : 1
  triggers_replace = var.gate
  depends_on       = [terraform_data.database]
  provisioner "local-exec" {
    command     = "touch \\"$GATE.reached\\"; while [ ! -e \\"$GATE\\" ]; do sleep 0.05; done"
    environment = { GATE = var.gate }
  }
}
output "texts" { value = [${texts.map((_, index) => `sha256(var.text_${index})`).join(', ')}] }
`;

const printTexts = `. "$(dirname "$0")/lib.sh"
init
run output -json texts
`;

const namespace = 'infra';
const variables = { TF_VAR_workspace: 'staging' };

describe('examples/infrastructure in Jobs of local mode, with a real Terraform', { timeout: 120_000 }, () => {
  let shop: Shop;
  let jobs: TerraformJobs;
  let gates: string;
  beforeAll(async () => {
    gates = await mkdtemp(join(tmpdir(), 'alustan-gates-'));
    shop = await Shop.start({ example: 'none', env: withTerraform(process.env) });
    const { http } = shop.local.endpoints;
    await pushInfrastructure(http, 'infra:1.0.0', { 'terraform/more.tf': more, texts: printTexts });
    jobs = new TerraformJobs(shop.client, `${new URL(http).host}/infra:1.0.0`, namespace);
    await jobs.prepare();
  }, 120_000);
  afterAll(async () => {
    await shop.stop();
    await rm(gates, { recursive: true, force: true });
  }, 30_000);

  async function idOf(name: string): Promise<string> {
    const { output = '' } = await jobs.run(name, 'aws-resource -workspace=staging', variables);
    const { outputs } = JSON.parse(output.slice(output.indexOf('{"outputs"')));
    const { Id, Password, ...rest } = outputs.externalresources[0].Resource;
    expect(rest).toMatchObject({ Endpoint: 'app.staging.internal', Port: 5432 });
    // Nothing that is told says what the password is.
    expect(Password).toMatch(/^[0-9a-f]{24}$/);
    expect(createHash('sha256').update(Id).digest('hex')).not.toContain(Password);
    return `${Id} ${Password}`;
  }

  it('E26 E29 deploys, tells its outputs, changes in place, and destroys without a trace', async () => {
    expect(await jobs.run('first-1', 'deploy', variables)).toMatchObject({ exitCode: 0 });
    const id = await idOf('first-1');
    const again = await jobs.run('first-1', 'deploy', variables);
    expect(again.output).toContain('Resources: 0 added, 0 changed, 0 destroyed');
    const larger = { ...variables, TF_VAR_database_size: 'large' };
    expect((await jobs.run('first-1', 'plan -detailed-exitcode', larger)).exitCode).toBe(2);
    expect((await jobs.run('first-1', 'deploy', larger)).output).toContain('0 added, 1 changed, 0 destroyed');
    expect((await jobs.run('first-1', 'drift', larger)).exitCode).toBe(0);
    expect(await idOf('first-1')).toBe(id);
    expect(await jobs.left()).toEqual(['tfstate-staging-first-1.state', 'lock-tfstate-staging-first-1.state']);
    expect(await jobs.run('first-1', 'destroy -c', larger)).toMatchObject({ exitCode: 0 });
    expect(await jobs.left()).toEqual([]);
    expect(await jobs.run('first-1', 'destroy -c', larger)).toMatchObject({ exitCode: 0 });
    expect(await jobs.left()).toEqual([]);
  });

  /** Starts a deploy that hangs in the middle, with the database made and the lock held. */
  async function hang(name: string): Promise<{ job: string; gate: string }> {
    const gate = join(gates, name);
    const job = await jobs.start(name, 'deploy', { ...variables, TF_VAR_gate: gate });
    await expect.poll(() => readFile(`${gate}.reached`).catch(() => undefined), { timeout: 60_000 }).toBeDefined();
    return { job, gate };
  }

  it('F4 a run killed in the middle leaves a lock, which unlock frees; nothing is lost or doubled', async () => {
    await jobs.run('killed', 'deploy', variables);
    const id = await idOf('killed');
    const { job, gate } = await hang('killed');
    await killRunners(shop.dataDir);
    expect(await jobs.end(job)).toMatchObject({ reason: 'PodLost' });
    await writeFile(gate, '');
    const locked = await jobs.run('killed', 'destroy', { ...variables, LOCK_TIMEOUT: '0s' });
    expect(locked).toMatchObject({ exitCode: 1, reason: 'Error' });
    expect(locked.tail.join('\n')).toContain('state lock');
    const dead = { ALUSTAN_LOCK_OWNER: 'infra/killed/1', ALUSTAN_LOCK_JOB: job };
    const freed = await jobs.run('killed', 'unlock', { ...variables, ...dead });
    expect(freed.output).toMatch(/freeing the lock \S+ of infra\/killed\/1/);
    const done = await jobs.run('killed', 'deploy', { ...variables, TF_VAR_gate: gate });
    expect(done.output).toContain('1 added, 0 changed, 0 destroyed');
    expect(await idOf('killed')).toBe(id);
    expect((await jobs.run('killed', 'unlock', variables)).output).toContain('already unlocked');
  });

  it('F4 a run that is told to stop writes its state and frees its lock', async () => {
    const { job, gate } = await hang('told');
    const [pod] = await jobs.pods(job);
    const name = pod?.metadata.name ?? '';
    await shop.client.delete({ apiVersion: 'v1', kind: 'Pod', namespace, name });
    const log = join(shop.dataDir, 'logs', namespace, name, 'terraform.log');
    await expect.poll(() => readFile(log, 'utf8'), { timeout: 30_000 }).toContain('Interrupt received');
    await writeFile(gate, '');
    expect(await jobs.end(job)).toMatchObject({ reason: 'PodLost' });
    expect((await jobs.run('told', 'unlock', variables)).output).toContain('already unlocked');
    expect((await jobs.run('told', 'destroy', variables)).output).toMatch(
      /Destroy complete! Resources: [34] destroyed/,
    );
  });

  it('a lock that somebody else holds is left alone', async () => {
    const { job, gate } = await hang('shared');
    const other = { ...variables, STATE_NAME: 'shared' };
    const refused = await jobs.run('another', 'unlock', other);
    expect(refused).toMatchObject({ exitCode: 1 });
    expect(refused.output).toContain('left alone');
    // A person may say otherwise.
    const forced = await jobs.run('another', 'unlock', { ...other, ALUSTAN_FORCE_UNLOCK: 'true' });
    expect(forced.output).toContain('freeing the lock');
    await writeFile(gate, '');
    await jobs.end(job);
  });

  it('variables come to Terraform as they are', async () => {
    const all: Record<string, string> = { ...variables };
    for (const [index, value] of texts.entries()) all[`TF_VAR_text_${index}`] = value;
    expect(await jobs.run('texts', 'deploy', all)).toMatchObject({ exitCode: 0 });
    const { output = '' } = await jobs.run('texts', 'texts', all);
    const digest = (value: string) => createHash('sha256').update(value).digest('hex');
    expect(JSON.parse(output.trim().split('\n').at(-1) ?? '')).toEqual(texts.map(digest));
  });
});

it('without Terraform each script says what is to be done', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'alustan-path-'));
  try {
    for (const name of ['sh', 'dirname', 'basename']) await symlink(`/bin/${name}`, join(folder, name)).catch(() => {});
    for (const name of ['dirname', 'basename']) await symlink(`/usr/bin/${name}`, join(folder, name)).catch(() => {});
    const cwd = join(root, 'examples/infrastructure/app');
    const run = promisify(execFile)('/bin/sh', ['./deploy'], { cwd, env: { PATH: folder } });
    await expect(run).rejects.toMatchObject({
      code: 127,
      stderr: expect.stringContaining('neither terraform nor tofu'),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it('E29 what the shop does without Terraform: says so, and tells the variables', async () => {
  const script = join(root, 'examples/shop/images/infrastructure/without-terraform');
  const env = { TF_VAR_database_name: 'shop', TF_VAR_workspace: 'staging' };
  const run = (name: string) => promisify(execFile)('/bin/sh', [script, name, '-workspace=staging'], { env });
  const { outputs } = JSON.parse((await run('aws-resource')).stdout);
  expect(outputs.engine).toContain('nothing is provisioned');
  expect(outputs.externalresources[0].Resource).toMatchObject({ Endpoint: 'shop.staging.internal', User: 'shop' });
  for (const name of ['deploy', 'destroy', 'unlock'])
    expect((await run(name)).stdout).toContain('nothing is provisioned');
});
