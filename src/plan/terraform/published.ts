import type { ClusterSecret } from '../facts.ts';
import type { Draft } from './draft.ts';

/** Annotation of a cluster Secret: which object has published which of its keys, as JSON. */
export const publishedAnnotation = 'alustan.io/published';

type Owner = Pick<Draft, 'object'>;

/** Keys of the Secret that this object has published. */
export function ownKeys(owner: Owner, secret: ClusterSecret): string[] {
  return [...ownersOf(secret)].filter(([, name]) => name === nameOf(owner)).map(([key]) => key);
}

/** `Terraform shop/staging-cluster`. */
export function nameOf({ object: { kind, metadata } }: Owner): string {
  return `${kind} ${metadata.namespace}/${metadata.name}`;
}

/**
 * Who has published which key. An annotation that a person has spoilt counts as none: its keys then are nobody's, and are
 * not overwritten.
 */
export function ownersOf({ annotations }: ClusterSecret): ReadonlyMap<string, string> {
  try {
    const value: unknown = JSON.parse(annotations[publishedAnnotation] ?? '{}');
    const entries = Object.entries((value ?? {}) as object).filter(([, owner]) => typeof owner === 'string');
    return new Map(entries as [string, string][]);
  } catch {
    return new Map();
  }
}
