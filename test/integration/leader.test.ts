import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { leadController, leaseName } from '../../src/controller/lead.ts';
import type { KubeObject } from '../../src/core/resource.ts';
import type { Role } from '../../src/core/role.ts';
import { ControllerStage } from '../support/controller-stage.ts';
import { freePort } from '../support/local-process.ts';
import { Program } from '../support/program.ts';

describe('replicas of the controller', { timeout: 120_000 }, () => {
  let stage: ControllerStage;

  beforeAll(async () => {
    stage = await ControllerStage.open();
    await stage.namespace('shop');
    await stage.push('shop', { one: '1', two: '2' });
  }, 60_000);
  afterAll(() => stage.close(), 60_000);

  function replica(identity: string) {
    const stop = new AbortController();
    const began = Promise.withResolvers<void>();
    const { urgent, guarded } = stage.own;
    const roles: Role[] = [];
    const become = (role: Role) => {
      if (roles.at(-1) !== role) roles.push(role);
      if (role === 'leading') began.resolve();
    };
    const options = { ...stage.options, urgent, guarded, identity, become };
    return { roles, began: began.promise, stop: () => stop.abort(), ended: leadController(options, stop.signal) };
  }

  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace: 'alustan', name: leaseName };
  const holder = (object: KubeObject) => (object['spec'] as { holderIdentity?: string }).holderIdentity;

  /** Of the Events that tell of a Service. */
  async function reasons(name: string) {
    const { items } = await stage.client.list({ apiVersion: 'v1', kind: 'Event' }, { namespace: 'shop' });
    const about = (event: KubeObject) => (event['involvedObject'] as { name?: string }).name;
    return items.filter((event) => about(event) === name).map((event) => event['reason']);
  }

  it('work one at a time; the next goes on when the leader is stopped, which has told what it has done', async () => {
    const first = replica('first');
    await first.began;
    const second = replica('second');
    await stage.service('shop', 'one');
    await stage.state('shop', 'one', 'Completed Delivered');
    expect(holder(await stage.client.get(lease))).toBe('first');
    first.stop();
    await Promise.all([first.ended, second.began]);
    expect(holder(await stage.client.get(lease))).toBe('second');
    expect(await reasons('one')).toContain('Delivered');
    await stage.service('shop', 'two');
    await stage.state('shop', 'two', 'Completed Delivered');
    second.stop();
    await second.ended;
    expect(holder(await stage.client.get(lease))).toBe('');
    expect(first.roles).toEqual(['loading', 'leading', 'stopping']);
    expect(second.roles).toEqual(['standby', 'loading', 'leading', 'stopping']);
    expect(stage.helm.jobs.map(({ release }) => release)).toEqual(['one', 'two']);
  });

  it('as processes: one that stands by sends a webhook on to the leader', async () => {
    const secretFile = join(await mkdtemp(join(tmpdir(), 'alustan-leader-')), 'secret');
    onTestFinished(() => rm(dirname(secretFile), { recursive: true }));
    await writeFile(secretFile, 's3cret');
    const start = async (port: number) => {
      const where = [
        '--http-address',
        `127.0.0.1:${port}`,
        '--pod-ip',
        '127.0.0.1',
        '--cache-dir',
        `${secretFile}-${port}`,
      ];
      const secret = ['--github-webhook-secret-file', secretFile];
      const program = new Program(['controller', '--kubeconfig', stage.kubeconfig, ...where, ...secret]);
      onTestFinished(async () => void (await program.end('SIGKILL')));
      const [, at] = await program.says(/"port":(\d+)/);
      return { program, url: `http://127.0.0.1:${at}` };
    };
    const first = await start(await freePort());
    await first.program.says(/the controller runs/);
    const second = await start(0);
    const ready = () => fetch(`${second.url}/readyz`).then((answer) => answer.text());
    await expect.poll(ready, { timeout: 20_000 }).toContain('ok: standby');
    const body = JSON.stringify({ repository: { clone_url: 'https://github.com/acme/apps' } });
    const headers = {
      ...{ 'content-type': 'application/json', 'x-github-event': 'push', 'x-github-delivery': 'one' },
      'x-hub-signature-256': `sha256=${createHmac('sha256', 's3cret').update(body).digest('hex')}`,
    };
    const answer = await fetch(`${second.url}/hooks/github`, { method: 'POST', body, headers });
    expect(`${answer.status} ${await answer.text()}`).toBe('202 heard\n');
  });
});
