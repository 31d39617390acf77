import { describe, expect, it } from 'vitest';
import { dig, mapsOf } from '../object.ts';
import { type Context, corePath, deployment, uniqueName } from './context.ts';

const pod = (name: string, container: Record<string, unknown>) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, creationTimestamp: null, annotations: null },
  spec: { schedulerName: 'nobody', containers: [{ name: 'main', image: 'example.com/app:1', ...container }] },
});

/** What JSON may look like, and what becomes of it in a built-in kind. */
export function decodingContract(context: Context): void {
  describe('built-in kinds are decoded as Go decodes them', () => {
    const pods = (): string => corePath(context.namespace, 'pods');

    it('a value of the wrong type is refused by its field', async () => {
      const path = `/apis/apps/v1/namespaces/${context.namespace}/deployments`;
      const { status, body } = await context.client.post(path, deployment(uniqueName('type'), { replicas: 'two' }));
      expect([status, body['message']]).toEqual([
        400,
        'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
      ]);
    });

    it('a value outside an enumeration is refused', async () => {
      const sent = pod(uniqueName('enum'), { imagePullPolicy: 'Sometimes' });
      const { status, body } = await context.client.post(`${pods()}?dryRun=All`, sent);
      expect([status, body['message']]).toMatchObject([422, expect.stringContaining('Unsupported value: "Sometimes"')]);
    });

    it('numbers are quantities too, limits are requests, nulls are nothing', async () => {
      const resources = { limits: { cpu: 0.5, memory: '128Mi' } };
      const env = [{ name: 'A', value: null }];
      const { body } = await context.client.post(
        `${pods()}?dryRun=All`,
        pod(uniqueName('quantity'), { resources, env }),
      );
      const container = mapsOf(dig(body, 'spec', 'containers'))[0];
      const amounts = { cpu: '500m', memory: '128Mi' };
      expect(container).toMatchObject({ resources: { limits: amounts, requests: amounts }, env: [{ name: 'A' }] });
      expect(dig(container, 'env')).toEqual([{ name: 'A' }]);
      expect(dig(body, 'metadata', 'annotations')).toBeUndefined();
      expect(dig(body, 'status', 'qosClass')).toBe('Guaranteed');
    });
  });
}
