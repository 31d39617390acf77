import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/core/resource.ts';
import { eachInItsNamespace, type Infrastructure } from '../support/infrastructure.ts';

const note = (what: string) => `echo "${what}" >> "$STATE/$ALUSTAN_NAMESPACE"`;

describe('what a Terraform must not lose, on local mode', { timeout: 90_000 }, () => {
  let infra: Infrastructure;
  let ns: string;

  const scripts = {
    fails: `${note('deploy $TF_VAR_workspace')}; [ "$TF_VAR_workspace" = staging ] || exit 4`,
    deploy: note('deploy $TF_VAR_workspace'),
    plan: 'echo Plan: 1 to add, 0 to change, 0 to destroy.',
    destroy: note('destroy $TF_VAR_workspace'),
    hangs: 'trap "echo the state is written; exit 6" TERM; echo up; while :; do sleep 0.05; done',
  };
  eachInItsNamespace({ scripts, namespace: 'hazard' }, (started, namespace) => {
    infra = started;
    ns = namespace;
  });

  const kept = async () => {
    const { items } = await infra.shop.client.list({ apiVersion: 'v1', kind: 'Secret' }, { namespace: ns });
    return items.filter((secret) => secret['type'] === 'alustan.io/variables').map(({ metadata }) => metadata.name);
  };
  const staging = { STATE: '', TF_VAR_workspace: 'staging' };
  const to = (name: string) => ({ variables: { ...staging, STATE: infra.state, TF_VAR_workspace: name } });

  it('E27 destroys with what was applied: not what the spec says by now, though nothing fills that any more', async () => {
    const labels = { 'alustan.io/secret-type': 'cluster', environment: ns };
    const cluster = { apiVersion: 'v1', kind: 'Secret', namespace: 'alustan', name: ns };
    const metadata = { namespace: 'alustan', name: ns, labels, annotations: { NAME: 'staging' } };
    await infra.shop.client.create({ ...cluster, metadata });
    await infra.create(ns, 'db', 'infra', { workspace: ns, variables: { TF_VAR_workspace: '${workspace.NAME}' } });
    await infra.reached(ns, 'db', 'Completed Delivered');
    expect(await kept()).toHaveLength(1);
    await infra.edit(ns, 'db', { suspend: true, variables: { TF_VAR_workspace: 'prod-${workspace.NAME}' } });
    await infra.shop.client.delete(cluster);
    await infra.remove(ns, 'db');
    await infra.gone(ns, 'db');
    expect(await infra.lines(ns)).toEqual(['deploy staging', 'destroy staging']);
    await expect.poll(kept, { timeout: 30_000 }).toEqual([]);
  });

  it('E27 E30 after a failed deploy elsewhere both places are emptied', async () => {
    await infra.create(ns, 'db', 'infra', {
      ...to('staging'),
      scripts: { deploy: 'fails', destroy: 'destroy' },
      retries: 0,
    });
    await infra.reached(ns, 'db', 'Completed Delivered');
    await infra.edit(ns, 'db', to('elsewhere'));
    await infra.reached(ns, 'db', 'Failed RetriesExhausted', /exit code 4/);
    await infra.edit(ns, 'db', to('nowhere'));
    await infra.reached(ns, 'db', 'Failed RetriesExhausted', /exit code 4/);
    expect(await kept()).toHaveLength(3);
    await infra.remove(ns, 'db');
    await infra.gone(ns, 'db');
    const destroyed = (await infra.lines(ns)).filter((line) => line.startsWith('destroy'));
    expect(destroyed).toEqual(['destroy nowhere', 'destroy elsewhere', 'destroy staging']);
  });

  it('E27 without what was kept nothing is destroyed elsewhere, until a person says so', async () => {
    await infra.create(ns, 'db', 'infra', to('staging'));
    await infra.reached(ns, 'db', 'Completed Delivered');
    await infra.edit(ns, 'db', to('prod'));
    await infra.reached(ns, 'db', 'Completed Delivered');
    // The status is written first; then what was kept of the one before goes.
    await expect.poll(kept, { timeout: 30_000 }).toHaveLength(1);
    const [name = ''] = await kept();
    await infra.edit(ns, 'db', { suspend: true, ...to('third') });
    await infra.shop.client.delete({ apiVersion: 'v1', kind: 'Secret', namespace: ns, name });
    await infra.remove(ns, 'db');
    await infra.reached(ns, 'db', 'Blocked VariablesLost', new RegExp(`${name}.*alustan.io/destroy-with: "spec"`));
    await infra.annotate(ns, 'db', { 'alustan.io/destroy-with': 'spec' });
    await infra.gone(ns, 'db');
    expect(await infra.lines(ns)).toEqual(['deploy staging', 'deploy prod', 'destroy third']);
  });

  it('E27 E31 deleted in the foreground, which takes what is kept first; and with a name that no label can hold', async () => {
    const name = `n${'.long'.repeat(50)}`;
    await infra.create(ns, name, 'infra', {
      ...to('staging'),
      approval: 'manual',
      scripts: { deploy: 'deploy', destroy: 'destroy', plan: 'plan' },
    });
    const waiting = await infra.reached(ns, name, 'Progressing ApprovalRequired');
    const { plan } = (waiting?.['status'] ?? {}) as { plan?: { hash: string } };
    await infra.annotate(ns, name, { 'alustan.io/approve': plan?.hash });
    await infra.reached(ns, name, 'Completed Delivered');
    const reference = { apiVersion: 'alustan.io/v1alpha1', kind: 'Terraform', namespace: ns, name };
    await infra.shop.client.delete(reference, { propagation: 'Foreground' });
    await infra.gone(ns, name);
    expect(await infra.lines(ns)).toEqual(['deploy staging', 'destroy staging']);
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
