import type { TerraformObject } from '../../api/terraform-object.ts';
import type { KubeObject } from '../../core/resource.ts';
import { secretData } from '../../core/secret.ts';
import { keptVariables as of } from '../../core/terraform-run.ts';
import { isForbidden, type KubeClient } from '../../kube/client.ts';
import type { Kept } from '../../plan/terraform/facts.ts';
import { keptName } from '../../plan/terraform/kept.ts';

/**
 * What is kept of the variables of deploys, by their hash, read as the tenant. What is not there is left out; what cannot
 * be read, or is none of ours, is a fact, too. Rejects with KubeError.
 */
export async function keptVariables(
  client: Pick<KubeClient, 'find'>,
  terraform: Pick<TerraformObject, 'metadata'>,
  hashes: Iterable<string | undefined>,
  signal: AbortSignal,
): Promise<Record<string, Kept>> {
  const wanted = [...new Set(hashes)].flatMap((hash) => hash ?? []);
  const found = await Promise.all(
    wanted.map(async (hash) => [hash, await read(client, terraform, hash, signal)] as const),
  );
  return Object.fromEntries(found.flatMap(([hash, kept]) => (kept === undefined ? [] : [[hash, kept]])));
}

async function read(
  client: Pick<KubeClient, 'find'>,
  terraform: Pick<TerraformObject, 'metadata'>,
  hash: string,
  signal: AbortSignal,
): Promise<Kept | undefined> {
  const name = keptName(terraform, hash);
  const { namespace } = terraform.metadata;
  try {
    const secret = await client.find({ apiVersion: 'v1', kind: 'Secret', namespace, name }, signal);
    return secret && keptIn(secret, hash);
  } catch (error) {
    if (!isForbidden(error)) throw error;
    return { problem: `cannot be read (${error.message})` };
  }
}

function keptIn(secret: KubeObject, hash: string): Kept {
  const { [of.sensitive]: text = '[]', ...variables } = secretData(secret);
  const sensitive = textsIn(text);
  const isOurs = secret.metadata.annotations?.[of.annotation] === hash && sensitive !== undefined;
  return isOurs ? { variables, sensitive } : { problem: 'is not the one that was written' };
}

/** The tenant may have written it. */
function textsIn(json: string): string[] | undefined {
  try {
    const list: unknown = JSON.parse(json);
    return Array.isArray(list) && list.every((item) => typeof item === 'string') ? list : undefined;
  } catch {
    return undefined;
  }
}
