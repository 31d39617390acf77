import { controllerOf, type KubeObject } from '../core/resource.ts';
import type { Failure } from '../core/result.ts';
import { keptVariables } from '../core/terraform-run.ts';
import { isAlreadyExists, type KubeClient } from '../kube/client.ts';

/**
 * Creates the Secret that keeps variables. One of that name is it already where it keeps the same for the same object; any
 * other is left as it is, and told. Rejects with KubeError.
 */
export async function keepSecret(
  client: KubeClient,
  secret: KubeObject,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  try {
    await client.create(secret, signal);
    return undefined;
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
  const { namespace = '', name } = secret.metadata;
  const live = await client.get({ apiVersion: 'v1', kind: 'Secret', namespace, name }, signal);
  if (identityOf(live) === identityOf(secret)) return undefined;
  const message =
    `there is a Secret ${namespace}/${name} that somebody else has made, and it is left as it is; remove it: Alustan keeps ` +
    'the variables of a deploy in one of that name, for the destroy';
  return { kind: 'transient', reason: 'SecretTaken', message };
}

function identityOf(secret: KubeObject): string {
  return `${controllerOf(secret)?.uid} ${secret.metadata.annotations?.[keptVariables.annotation]}`;
}
