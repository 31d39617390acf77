import { expect, it } from 'vitest';
import type { KubeObject } from '../../core/resource.ts';
import { isNotFound } from '../client.ts';
import { type Started, until } from './subject.ts';

/** A CRD that keeps fields which its schema does not know. */
function definition(group: string): KubeObject {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
}

export function describeKinds(at: Started): void {
  it('a kind that nobody knows is not found, and the message says what may be missing', async () => {
    const error = await at.client.resourceType('nobody.example.com/v1', 'Nothing').catch((cause) => cause);
    expect(isNotFound(error)).toBe(true);
    expect(error).toMatchObject({
      reason: 'UnknownKind',
      message: expect.stringContaining('CustomResourceDefinition'),
    });
    const nothing = { apiVersion: 'nobody.example.com/v1', kind: 'Nothing', namespace: at.namespace, name: 'a' };
    expect(await at.client.find(nothing)).toBeUndefined();
  });

  it('built-in kinds are found by discovery', async () => {
    const found = await at.client.resourceType('networking.k8s.io/v1', 'NetworkPolicy');
    expect(found).toEqual({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      plural: 'networkpolicies',
      namespaced: true,
    });
  });

  it('a kind that comes while we run is found, and its fields are kept as they are', async () => {
    const group = `${at.namespace}.example.com`;
    const widget = {
      apiVersion: `${group}/v1`,
      kind: 'Widget',
      metadata: { namespace: at.namespace, name: 'w' },
      anything: { goes: [1, { a: null }], 'x.y/z': true },
    };
    await expect(at.client.create(widget)).rejects.toMatchObject({ reason: 'UnknownKind' });
    const crd = await at.client.create(definition(group));
    await until(async () => {
      const created = await at.client.create(widget).catch(() => undefined);
      return created !== undefined;
    });
    const read = await at.client.get({ ...widget, namespace: at.namespace, name: 'w' });
    expect(read['anything']).toEqual(widget.anything);
    await at.client.delete({ ...crd, name: crd.metadata.name });
  });

  it('as a tenant: the ServiceAccount and the groups that its own token would have', async () => {
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: { name: '' } };
    const tenant = at.client.as({ namespace: at.namespace, serviceAccount: 'runner' });
    const { status } = (await tenant.create(review)) as { status?: unknown };
    expect(status).toMatchObject({
      userInfo: {
        username: `system:serviceaccount:${at.namespace}:runner`,
        groups: ['system:serviceaccounts', `system:serviceaccounts:${at.namespace}`, 'system:authenticated'],
      },
    });
  });
}
