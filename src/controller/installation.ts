import { randomBytes } from 'node:crypto';
import type { KubeObject } from '../core/resource.ts';
import { secretData } from '../core/secret.ts';
import { isAlreadyExists, type KubeClient } from '../kube/client.ts';

/** Name of the Secret, in the controller's namespace. */
export const installationName = 'alustan-installation';

/**
 * The installation's own key for hashes of values (E20). Made once and kept: with another key every release would look
 * changed. Rejects with KubeError.
 */
export async function installationKey(client: KubeClient, namespace: string): Promise<string> {
  const reference = { apiVersion: 'v1', kind: 'Secret', namespace, name: installationName };
  const found = await client.find(reference);
  if (found !== undefined) return keyOf(found);
  const key = randomBytes(32).toString('hex');
  const made: KubeObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: installationName, namespace, labels: { 'app.kubernetes.io/managed-by': 'alustan' } },
    immutable: true,
    data: { key: Buffer.from(key).toString('base64') },
  };
  try {
    return keyOf(await client.create(made));
  } catch (error) {
    // Another replica was faster: its key is the key.
    if (isAlreadyExists(error)) return keyOf(await client.get(reference));
    throw error;
  }
}

function keyOf(secret: KubeObject): string {
  const { key } = secretData(secret);
  if (key !== undefined) return key;
  throw new Error(
    `Secret ${secret.metadata.namespace}/${installationName} has no "key": delete it, and releases are delivered anew`,
  );
}
