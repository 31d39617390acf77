import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyDefinitions } from '../../src/controller/install/definitions.ts';
import { uninstall } from '../../src/controller/install/uninstall.ts';
import type { KubeObject } from '../../src/core/resource.ts';
import { ControllerStage } from '../support/controller-stage.ts';

const signal = new AbortController().signal;
const own = { apiVersion: 'alustan.io/v1alpha1', kind: 'Service', namespace: 'shop', name: 'one' };
const labels = { 'app.kubernetes.io/name': 'alustan', 'app.kubernetes.io/component': 'controller' };
const container = { containers: [{ name: 'controller', image: 'x' }] };

describe('alustan uninstall', { timeout: 180_000 }, () => {
  let stage: ControllerStage;
  const said: string[] = [];

  beforeAll(async () => {
    stage = await ControllerStage.open();
    await stage.namespace('shop');
    await stage.push('shop', { one: '1' });
  }, 60_000);
  afterAll(() => stage.close(), 60_000);

  /** A Deployment of one pod, which goes, and the controller with it, when it is scaled to none. */
  async function installed(): Promise<void> {
    const where = { namespace: 'alustan', name: 'alustan-controller' };
    await stage.client.create({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: where,
      spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: container } },
    });
    await stage.client.create({ apiVersion: 'v1', kind: 'Pod', metadata: { ...where, labels }, spec: container });
    const scaledDown = (object?: KubeObject) => JSON.stringify(object?.['spec']).includes('"replicas":0');
    void stage.until('Deployment', 'alustan', where.name, scaledDown, 'apps/v1').then(async () => {
      await stage.stop();
      await stage.client.delete({ apiVersion: 'v1', kind: 'Pod', ...where }, { gracePeriodSeconds: 0 });
      await stage.client.delete({ apiVersion: 'apps/v1', kind: 'Deployment', ...where });
    });
    await stage.start();
  }

  function run(everything: boolean): Promise<void> {
    return uninstall(
      { client: stage.client, namespace: 'alustan', everything, say: (line) => said.push(line) },
      signal,
    );
  }

  it('leaves what runs without a finalizer; a new installation takes it up without a Job (E20)', async () => {
    await installed();
    await stage.service('shop', 'one');
    const before = await stage.state('shop', 'one', 'Completed Delivered');
    expect(before?.metadata.finalizers).toEqual(['service.finalizer.alustan.io']);
    await run(false);
    expect((await stage.client.get(own)).metadata.finalizers ?? []).toEqual([]);
    await stage.client.get({ ...own, apiVersion: 'v1', kind: 'Secret', name: 'sh.helm.release.v1.one.v1' });
    expect(said).toContain('Service: 1 no longer held');
    await installed();
    await stage.until('Service', 'shop', 'one', (object) => object?.metadata.finalizers?.length === 1);
    await stage.state('shop', 'one', 'Completed Delivered');
    expect(stage.helm.jobs).toHaveLength(1);
  });

  it('can remove everything: what was delivered by Helm, then the kinds', async () => {
    await run(true);
    expect(said.some((line) => line.startsWith('waiting for Service shop/one:'))).toBe(true);
    expect(stage.helm.jobs).toHaveLength(2);
    const definition = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
    const { items } = await stage.client.list(definition);
    expect(items.filter(({ metadata }) => metadata.name.endsWith('.alustan.io'))).toEqual([]);
    const secret = { apiVersion: 'v1', kind: 'Secret', namespace: 'alustan', name: 'alustan-installation' };
    await expect(stage.client.get(secret)).rejects.toMatchObject({ status: 404 });
  });

  it('does it again where nothing is left, and the kinds come back', async () => {
    await run(false);
    expect(said).toContain('there is no Deployment alustan-controller in namespace alustan');
    await applyDefinitions(stage.client, signal);
    await applyDefinitions(stage.client, signal);
    expect((await stage.client.list(own)).items).toEqual([]);
  });
});
