import type { TerraformSpec } from '../../api/terraform-object.ts';
import { secretData } from '../../core/secret.ts';
import { isForbidden, type KubeClient } from '../../kube/client.ts';
import type { Run } from '../../plan/terraform/facts.ts';

type Env = { valueFrom?: { secretKeyRef?: { name?: string; key?: string } } };
type EnvFrom = { secretRef?: { name?: string } };

/**
 * Remembers what runs were given, in this process only: a Secret that is rotated while a run is under way would have its old
 * value told. Read when the run is first seen, when its script has begun, and when it has ended.
 */
export class GivenSecrets {
  readonly #runs = new Map<string, { readonly seen: Set<string>; readonly values: Set<string> }>();

  /** What to mask in what a run of this object has said that has just ended; nothing else is told. */
  async of(object: string, jobs: readonly Run[], read: () => Promise<readonly string[]>): Promise<readonly string[]> {
    const hasEnded = jobs.some(({ end }) => end !== undefined);
    const stages = jobs.filter(({ phase }) => phase === 'active').map(({ name, began }) => `${name} ${began}`);
    if (!hasEnded && stages.length === 0) {
      this.forget(object);
      return [];
    }
    const { seen, values } = this.#runs.get(object) ?? { seen: new Set(), values: new Set() };
    if (hasEnded || stages.some((stage) => !seen.has(stage))) {
      for (const value of await read()) values.add(value);
      for (const stage of stages) seen.add(stage);
      this.#runs.set(object, { seen, values });
    }
    return hasEnded ? [...values] : [];
  }

  /** The object is gone, or nothing of it runs. */
  forget(object: string): void {
    this.#runs.delete(object);
  }
}

/**
 * Values that `spec.env` and `spec.envFrom` give to the scripts from Secrets of the namespace: what a run has printed may
 * hold them. Read as the tenant; a Secret that is not there, or that its account may not read, tells nothing. Rejects with
 * KubeError.
 */
export async function envSecrets(
  client: Pick<KubeClient, 'find'>,
  namespace: string,
  { env = [], envFrom = [] }: Pick<TerraformSpec, 'env' | 'envFrom'>,
  signal: AbortSignal,
): Promise<string[]> {
  const keys = env.flatMap((item) => (item as Env).valueFrom?.secretKeyRef ?? []);
  const whole = envFrom.flatMap((item) => (item as EnvFrom).secretRef?.name ?? []);
  const names = new Set([...whole, ...keys.flatMap(({ name }) => name ?? [])]);
  const values = [...names].map(async (name) => {
    const data = Object.entries(await dataOf(client, { namespace, name }, signal));
    const isUsed = (key: string) => whole.includes(name) || keys.some((item) => item.name === name && item.key === key);
    return data.filter(([key]) => isUsed(key)).map(([, value]) => value);
  });
  return (await Promise.all(values)).flat();
}

async function dataOf(
  client: Pick<KubeClient, 'find'>,
  of: Readonly<{ namespace: string; name: string }>,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const found = await client.find({ apiVersion: 'v1', kind: 'Secret', ...of }, signal).catch((error: unknown) => {
    if (isForbidden(error)) return undefined;
    throw error;
  });
  return found === undefined ? {} : secretData(found);
}
