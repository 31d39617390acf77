import type { RepositoryObject } from '../../api/repository.ts';
import type { ManifestProblem } from '../../api/repository-status.ts';
import { canonicalJson, sha256 } from '../../core/hash.ts';
import { refOf, tellRef } from '../../core/plan.ts';
import { groupOf, type KubeObject } from '../../core/resource.ts';
import type { Manifest, SourceContent } from './facts.ts';
import { objectId } from './identity.ts';

/** Annotation with the hash of the manifest that was applied last: tells what a look at the fields cannot, a removed one. */
export const appliedAnnotation = 'alustan.io/applied';
/** Annotation that names the Repository which an object belongs to: `namespace/name`. */
export const ownerAnnotation = 'alustan.io/repository';

/** A manifest where it belongs, as it is to be applied. */
export type Placed = Readonly<{ id: string; file: string; line: number; object: KubeObject }>;

type Placing = Placed | ManifestProblem;

/**
 * Gives every manifest its namespace and our annotations; what must not be applied becomes a problem of its own file
 * and line. Without `serviceAccountName` only the Repository's namespace may be named: the rights of the
 * installation's ServiceAccount are not the tenant's to spend elsewhere.
 */
export function placeAll(
  owner: RepositoryObject,
  content: SourceContent,
): { placed: Placed[]; problems: ManifestProblem[] } {
  const scopes = scopesInBundle(content.manifests);
  const placings = content.manifests.map((manifest) => place(owner, manifest, scopes));
  const placed = new Map<string, Placed>();
  const problems = [...content.problems];
  for (const item of placings) {
    const first = 'id' in item ? placed.get(item.id) : undefined;
    if (!('id' in item)) problems.push(item);
    else if (first === undefined) placed.set(item.id, item);
    else problems.push(duplicate(item, first));
  }
  return { placed: [...placed.values()], problems };
}

function duplicate({ file, line, object }: Placed, first: Placed): ManifestProblem {
  const where = `${first.file}:${first.line}`;
  return { file, line, message: `${tellRef(refOf(object))} is already in ${where}; remove one of the two` };
}

/** Scope of the kinds that CRDs of the same repository define, which the API server may not know yet. */
function scopesInBundle(manifests: readonly Manifest[]): ReadonlyMap<string, boolean> {
  const scopes = new Map<string, boolean>();
  for (const { object } of manifests) {
    if (object.kind !== 'CustomResourceDefinition') continue;
    const spec = object['spec'] as { group?: string; scope?: string; names?: { kind?: string } } | undefined;
    scopes.set(`${spec?.group ?? ''}/${spec?.names?.kind ?? ''}`, spec?.scope === 'Namespaced');
  }
  return scopes;
}

function place(owner: RepositoryObject, manifest: Manifest, scopes: ReadonlyMap<string, boolean>): Placing {
  const { file, line, object } = manifest;
  const namespaced = manifest.namespaced ?? scopes.get(`${groupOf(object.apiVersion)}/${object.kind}`);
  const problem = (message: string): ManifestProblem => ({ file, line, message });
  if (namespaced === undefined) {
    const what = `${object.apiVersion} ${object.kind}`;
    return problem(`the cluster knows no ${what}; correct apiVersion and kind, or install its definition first`);
  }
  const placed = namespaced ? intoNamespace(owner, object) : withoutNamespace(object);
  if (typeof placed === 'string') return problem(placed);
  const { namespace: ownNamespace, name } = owner.metadata;
  const annotations = {
    ...placed.metadata.annotations,
    [ownerAnnotation]: `${ownNamespace}/${name}`,
    [appliedAnnotation]: sha256(canonicalJson(placed)).slice(0, 16),
  };
  const marked = { ...placed, metadata: { ...placed.metadata, annotations } };
  return { id: objectId(refOf(marked)), file, line, object: marked };
}

function withoutNamespace(object: KubeObject): KubeObject {
  const { namespace: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** The object in its namespace, or why not. */
function intoNamespace(owner: RepositoryObject, object: KubeObject): KubeObject | string {
  const own = owner.metadata.namespace;
  const { targetNamespace, serviceAccountName } = owner.spec;
  const namespace = object.metadata.namespace ?? targetNamespace ?? own;
  if (namespace === own || serviceAccountName !== undefined) {
    return { ...object, metadata: { ...object.metadata, namespace } };
  }
  const field = object.metadata.namespace === undefined ? 'spec.targetNamespace' : 'metadata.namespace';
  return (
    `${tellRef(refOf(object))}: ${field} is "${namespace}", but a Repository without spec.serviceAccountName may only ` +
    `write to its own namespace "${own}"; name a ServiceAccount that may, or remove the namespace`
  );
}
