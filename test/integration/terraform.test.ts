import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/core/resource.ts';
import { publicAddress } from '../../src/local/mode/options.ts';
import { eachInItsNamespace, type Infrastructure } from '../support/infrastructure.ts';

type Status = {
  job?: { name: string; uid?: string; began?: boolean; failures?: number; attempt?: number };
  lastAppliedImage?: string;
  postDeployOutput?: Record<string, unknown>;
};

const statusOf = (object: KubeObject | undefined) => (object?.['status'] ?? {}) as Status;

describe('Terraform on local mode, its scripts as processes', { timeout: 100_000 }, () => {
  let infra: Infrastructure;
  let ns: string;

  const scripts = {
    deploy: 'echo "deploy $TF_VAR_name" >> "$STATE/$ALUSTAN_NAMESPACE"',
    destroy: 'echo "destroy $TF_VAR_name" >> "$STATE/$ALUSTAN_NAMESPACE"',
    outputs: 'echo "reading $1"\nprintf \'{"outputs": {"db": {"host": "db.%s"}, "list": [1, true]}}\' "$TF_VAR_name"',
  };
  eachInItsNamespace({ scripts, namespace: 'infra' }, (started, namespace) => {
    infra = started;
    ns = namespace;
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
    // Six runs; of the last three the log can be read still.
    const jobs = { apiVersion: 'batch/v1', kind: 'Job' };
    await expect.poll(async () => (await infra.shop.client.list(jobs, { namespace: ns })).items.length).toBe(3);
    await infra.remove(ns, 'db');
    await infra.gone(ns, 'db');
    expect(await infra.lines(ns)).toEqual(['deploy a', 'deploy b', 'deploy a', 'destroy a']);
  });

  it('E8 E9 publishes outputs for Services that wait for them, and goes after what depends on it', async () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', namespace: 'alustan', name: ns };
    const labels = { 'alustan.io/secret-type': 'cluster', environment: ns };
    const metadata = { namespace: 'alustan', name: ns, labels, annotations: { 'alustan.io/publishers': ns } };
    await infra.shop.client.create({ ...secret, metadata });
    await infra.service(
      ns,
      'api',
      { environment: ns, dependencies: { terraform: ['db'] } },
      { host: '${workspace.DB_HOST}' },
    );
    await infra.until(ns, 'Service', 'api', 'Progressing DependencyNotReady');
    const outputs = [
      { name: 'DB_HOST', path: '{.db.host}' },
      { name: 'FIRST', path: '{.list[0]}', sensitive: true },
    ];
    const publish = { environment: ns, outputs };
    const variables = { TF_VAR_name: 'p' };
    await infra.create(ns, 'db', 'infra', { variables, postDeploy: { script: 'outputs' }, publish });
    const done = await infra.reached(ns, 'db', 'Completed Delivered');
    expect(statusOf(done).postDeployOutput).toEqual({ db: { host: 'db.p' }, list: [null, true] });
    const filled = (await infra.shop.client.get(secret)) as KubeObject & { data: Record<string, string> };
    expect([filled.metadata.annotations?.['DB_HOST'], filled.data['FIRST']]).toEqual(['db.p', 'MQ==']);
    // It has what it needs now; that its chart cannot be had is the next thing to tell.
    await infra.until(ns, 'Service', 'api', 'Error RepositoryNotFound');
    await infra.create(ns, 'rival', 'infra', { variables, postDeploy: { script: 'outputs' }, publish });
    await infra.reached(ns, 'rival', 'Error Conflict', new RegExp(`published by Terraform ${ns}/db`));
    await infra.remove(ns, 'db');
    await infra.reached(ns, 'db', 'Blocked HasDependents', /Service api/);
    await infra.remove(ns, 'api', 'Service');
    await infra.gone(ns, 'db');
    await infra.reached(ns, 'rival', 'Completed Delivered');
  });

  it('E8 E9 waits for a Service that it depends on, which goes after it', async () => {
    await infra.service(ns, 'vault', { environment: ns }, {});
    // Known to the controller, which holds its deletion from then on.
    await infra.until(ns, 'Service', 'vault', 'Error RepositoryNotFound');
    await infra.create(ns, 'db', 'infra', { dependencies: { service: ['vault'] } });
    await infra.reached(ns, 'db', 'Progressing DependencyNotReady', /Waiting for dependencies: vault/);
    await infra.remove(ns, 'vault', 'Service');
    await infra.until(ns, 'Service', 'vault', 'Blocked HasDependents', /Terraform db/);
    await infra.remove(ns, 'db');
    await infra.gone(ns, 'db');
    await infra.shop.until('Service', 'vault', (object) => object === undefined, undefined, ns);
    expect(await infra.lines(ns)).toEqual([]);
  });

  it('F4 deleted while its deploy runs: waits for it, then destroys; a destroy that fails once is run again', async () => {
    await infra.push('slow', '1.0.0', {
      deploy:
        'echo begun >> "$STATE/slow"; while [ ! -e "$STATE/go" ]; do sleep 0.05; done; echo deployed >> "$STATE/slow"',
      destroy:
        'echo destroying >> "$STATE/slow"; if [ ! -e "$STATE/once" ]; then touch "$STATE/once"; echo no luck; exit 3; fi; while [ ! -e "$STATE/again" ]; do sleep 0.05; done',
    });
    await infra.create(ns, 'db', 'slow', {});
    await expect.poll(() => infra.lines('slow'), { timeout: 60_000 }).toEqual(['begun']);
    // Until the node has told so, a Job counts as one that has not begun, and is removed for a deletion.
    await infra.seen(ns, 'db', ({ job }) => job?.began === true);
    await infra.remove(ns, 'db');
    await infra.reached(ns, 'db', 'Progressing JobRunning', /the deletion waits for the Job/);
    await infra.touch('go');
    const again = await infra.reached(ns, 'db', 'Progressing JobRunning', /-destroy-[0-9a-f]+-3 destroys/);
    expect(statusOf(again).job).toMatchObject({ failures: 1, attempt: 3 });
    await infra.touch('again');
    await infra.gone(ns, 'db');
    expect(await infra.lines('slow')).toEqual(['begun', 'deployed', 'destroying', 'destroying']);
  });

  it('F4 E30 goes at once without a script to destroy, and when its image never came', async () => {
    await infra.create(ns, 'keeps', 'infra', { scripts: { deploy: 'deploy' } });
    await infra.reached(ns, 'keeps', 'Completed Delivered');
    await infra.remove(ns, 'keeps');
    await infra.gone(ns, 'keeps');
    await infra.create(ns, 'never', 'nothing', {});
    await infra.until(ns, 'Terraform', 'never', /^(Error|Progressing) /);
    await infra.remove(ns, 'never');
    await infra.gone(ns, 'never');
  });

  it('plans, waits for approval, and deploys the plan that was approved; drift is corrected by another one', async () => {
    await infra.push('plans', '1.0.0', {
      deploy: [
        '[ -e "$STATE/$ALUSTAN_PLAN.file" ] || { echo "no such plan"; exit 75; }',
        'echo "deploy $ALUSTAN_PLAN" >> "$STATE/plans"',
      ].join('\n'),
      plan: [
        'if [ "$1" != "" ] && [ ! -e "$STATE/drifted" ]; then exit 0; fi',
        'echo "Plan: 1 to add, 2 to change, 0 to destroy."',
        'if [ "$1" != "" ]; then exit 2; fi',
        'touch "$STATE/$ALUSTAN_PLAN.file"',
      ].join('\n'),
    });
    const secret = { apiVersion: 'v1', kind: 'Secret', namespace: ns, name: 'db-plan' };
    await infra.shop.client.create({ ...secret, metadata: { namespace: ns, name: 'db-plan' } });
    await infra.create(ns, 'db', 'plans', { approval: 'manual', drift: 'correct', driftInterval: '1s' });
    await infra.reached(
      ns,
      'db',
      'Error Conflict',
      /Secret db-plan in namespace \S+, which Terraform db needs, is not its own/,
    );
    await infra.shop.client.delete(secret);
    await infra.annotate(ns, 'db', { look: 'again' });
    const approve = async (words: RegExp) => {
      const waiting = await infra.reached(ns, 'db', 'Progressing ApprovalRequired', words);
      const { hash } = (statusOf(waiting) as { plan: { hash: string } }).plan;
      const text = await infra.shop.client.get(secret);
      expect(Buffer.from((text['data'] as { plan: string }).plan, 'base64').toString()).toContain('1 to add');
      return hash;
    };
    const lost = await approve(/plan \+1 ~2 −0 waits/);
    await rm(join(infra.state, `${lost}.file`));
    await infra.annotate(ns, 'db', { 'alustan.io/approve': lost });
    // It is not there any more, so another one is made, and asks again.
    const first = await approve(/it replaces the plan that was approved before: .*nothing was changed: no such plan/);
    expect(first).not.toBe(lost);
    await infra.annotate(ns, 'db', { 'alustan.io/approve': first });
    await infra.reached(ns, 'db', 'Completed Delivered');
    await infra.touch('drifted');
    const second = await approve(/is not the hash of this plan/);
    await infra.annotate(ns, 'db', { 'alustan.io/approve': second });
    const deploys = [first, second].map((hash) => `deploy ${hash}`);
    await expect.poll(() => infra.lines('plans'), { timeout: 60_000 }).toEqual(deploys);
  });

  it('E31 a runner whose pod is killed: its lock is freed for its owner once no pod is left, then it runs again', async () => {
    await infra.push('locks', '1.0.0', {
      deploy: [
        'echo "deploy" >> "$STATE/locks"',
        'if [ -e "$STATE/lock" ]; then echo "locked by $(cat "$STATE/lock")"; exit 1; fi',
        'echo "$ALUSTAN_OWNER" > "$STATE/lock"',
        'if [ ! -e "$STATE/killed" ]; then touch "$STATE/killed"; exec sleep 600; fi',
        'rm "$STATE/lock"',
      ].join('\n'),
      unlock:
        '[ "$ALUSTAN_LOCK_OWNER" = "$(cat "$STATE/lock")" ] || exit 9; echo unlock >> "$STATE/locks"; rm "$STATE/lock"',
    });
    await infra.create(ns, 'db', 'locks', { scripts: { deploy: 'deploy', unlock: 'unlock' }, gracePeriod: '1s' });
    await expect.poll(() => infra.has('killed'), { timeout: 60_000 }).toBe(true);
    const running = await infra.seen(ns, 'db', ({ job }) => job?.began === true);
    const { name = '', uid = '' } = statusOf(running).job ?? {};
    await infra.killPod(ns, name);
    await infra.reached(ns, 'db', 'Completed Delivered');
    expect(await infra.lines('locks')).toEqual(['deploy', 'unlock', 'deploy']);
    expect(uid).not.toBe('');
  });

  it('E25–E29 bad input is told, and what is deployed stays', async () => {
    const large = `echo '{"outputs": {"a": "'; head -c 300000 /dev/zero | tr '\\0' x; echo '"}}'`;
    await infra.push('bad', '1.0.0', {
      deploy: 'printf "%s" "$TF_VAR_text" | cksum > "$STATE/text"',
      html: 'echo "<html><body>502</body></html>"',
      large,
      quiet: 'true',
      fails: 'echo "no such account" >&2; exit 4',
      text: 'echo "all is well"',
      nested: `echo one; echo '{"outputs": {"a": {"b": [{"c": "{\\"d\\": 1}"}]}}}'; echo two`,
    });
    await infra.push('plain', '1.0.0', { deploy: 'true' }, ['/bin/sh', '-c', 'exec $SCRIPT $ARGS']);
    await infra.push('unstarted', '1.0.0', { deploy: 'true' }, ['/app/no-shell', '-c', 'exec $SCRIPT']);
    const of = (name: string) => ({
      containerRegistry: { imageName: `${publicAddress}/${name}`, semanticVersion: '1.x' },
    });
    const text = `a "b" 'c'\n$HOME \`id\` ünï ${'x'.repeat(100 * 1024)}`;
    const post = (script: string, args = {}) => ({ postDeploy: { script, args } });
    const cases: [name: string, spec: object, said: string, words: RegExp, isApplied: boolean][] = [
      ['no-deploy', { scripts: {} }, 'Error DeployScriptMissing', /deploy script is missing/, false],
      ['not-there', { scripts: { deploy: 'nowhere' } }, 'Failed RetriesExhausted', /exit code 1: .*nowhere/, false],
      ['no-chmod', of('plain'), 'Failed RetriesExhausted', /exit code 126: .*cannot be executed: .*denied/, false],
      [
        'shellless',
        of('unstarted'),
        'Failed RetriesExhausted',
        /could not be started.*must have a shell.*no-shell/,
        false,
      ],
      ['code', { scripts: { deploy: 'fails' } }, 'Failed RetriesExhausted', /exit code 4: no such account/, false],
      ['html', post('html'), 'Error RetriesExhausted', /printed HTML/, true],
      ['text', post('text'), 'Error RetriesExhausted', /printed text, no JSON/, true],
      ['large', post('large'), 'Error RetriesExhausted', /more than 256 KiB/, true],
      ['quiet', post('quiet'), 'Error RetriesExhausted', /printed nothing/, true],
      ['fails', post('fails'), 'Failed RetriesExhausted', /exit code 4: no such account/, true],
      ['nested', post('nested'), 'Completed Delivered', /./, true],
      ['argument', post('html', { a: 'NO' }), 'Error VariableNotFound', /variable NO not found/, false],
      ['space', post('html', { a: 'TF_VAR_text' }), 'Error InvalidArgument', /holds whitespace/, false],
    ];
    const variables = { TF_VAR_text: text };
    await Promise.all(cases.map(([name, spec]) => infra.create(ns, name, 'bad', { retries: 0, variables, ...spec })));
    const ends = await Promise.all(cases.map(([name, , said, words]) => infra.reached(ns, name, said, words)));
    for (const [index, [name, , , , isApplied]] of cases.entries()) {
      const status = statusOf(ends[index]);
      expect({ name, isApplied: status.lastAppliedImage !== undefined }).toEqual({ name, isApplied });
      if (name === 'nested') expect(status.postDeployOutput).toEqual({ a: { b: [{ c: '{"d": 1}' }] } });
    }
    const { stdout } = await promisify(execFile)('sh', ['-c', 'printf "%s" "$1" | cksum', 'sh', text]);
    expect(await infra.lines('text')).toEqual([stdout.trim()]);
  });
});
