import type { TerraformObject } from '../../api/terraform-object.ts';
import { masker } from '../../core/mask.ts';
import { fillPlaceholders } from '../../core/placeholder.ts';
import { kubeconfig } from '../workspace.ts';
import type { Kept, TerraformFacts } from './facts.ts';
import { ownKeys } from './published.ts';

/** Variables whose value is a secret by its name, though it stands in the spec. */
const secretName = /pass|.pwd|secret|token|credential|private|api_?key|access_?key/i;

type Held = Pick<TerraformFacts, 'clusterSecrets' | 'kept'>;

/**
 * Values that must not be told: those that `data` of the workspace's cluster Secret holds and a variable uses, those
 * that the object has published there, and those of variables that are called a secret (E2, E33); also of what is kept of
 * deploys before.
 */
export function secretValues(object: TerraformObject, { clusterSecrets, kept }: Held): string[] {
  const { spec } = object;
  const { used } = fillPlaceholders(spec.variables, () => undefined);
  const secrets = clusterSecrets.filter((secret) => secret.environment === spec.workspace);
  const filled = secrets
    .flatMap(({ data }) => Object.entries(data))
    .filter(([key]) => key !== kubeconfig && used.includes(key))
    .map(([, value]) => value);
  const published = clusterSecrets.flatMap((secret) => {
    const own = ownKeys({ object }, secret);
    return Object.entries(secret.data).flatMap(([key, value]) => (own.includes(key) ? partsOf(value) : []));
  });
  return [...filled, ...published, ...named(spec.variables), ...Object.values(kept).flatMap(keptSecrets)];
}

/** Of an output that is no text, and so is published as JSON, every text in it is as secret as the whole. */
export function partsOf(secret: string): string[] {
  return [secret, ...(/^[[{]/.test(secret) ? textsOf(secret) : [])];
}

/** None where somebody has changed it into what is no JSON, or is too deep for one. */
function textsOf(json: string): string[] {
  try {
    return textsIn(JSON.parse(json));
  } catch {
    return [];
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(textsIn) : [];
}

function keptSecrets(kept: Kept): readonly string[] {
  return 'variables' in kept ? [...kept.sensitive, ...named(kept.variables)] : [];
}

function named(variables: Readonly<Record<string, string>>): string[] {
  return Object.entries(variables).flatMap(([name, value]) => (secretName.test(name) ? value : []));
}

/** Hides in what scripts and servers have said all that is secret, of what the scripts are given by `env`, too (E2, E33). */
export function hideIn({ object, facts }: Readonly<{ object: TerraformObject; facts: TerraformFacts }>) {
  return masker([...secretValues(object, facts), ...facts.givenSecrets]);
}
