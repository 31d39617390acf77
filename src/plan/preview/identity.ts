import { parseService, type ServiceSpec } from '../../api/service.ts';
import { canonicalJson, keyedHash, sha256 } from '../../core/hash.ts';
import type { ForgeRepository } from '../../core/pull-request.ts';
import type { KubeObject, ObjectMeta } from '../../core/resource.ts';
import type { PreviewNamespace } from './facts.ts';

/** Labels of the namespaces of previews and of the Services in them. */
export const previewLabels = {
  managedBy: 'app.kubernetes.io/managed-by',
  preview: 'alustan.io/preview',
  /** Hash of the Service's namespace, the repository and the number: what makes two previews different (E15). */
  id: 'alustan.io/preview-id',
  number: 'alustan.io/preview-number',
} as const;

export const previewAnnotations = {
  /** Of a namespace: namespace of the Services whose previews it holds. Of a Service: `namespace/name` of its original. */
  of: 'alustan.io/preview-of',
  /** Of a namespace: name of the Service that it was made for first. */
  madeFor: 'alustan.io/preview-made-for',
  repository: 'alustan.io/preview-repository',
  /** Id of the pull request at its forge. */
  pullRequest: 'alustan.io/preview-pull-request',
  branch: 'alustan.io/preview-branch',
  url: 'alustan.io/preview-url',
  sha: 'alustan.io/preview-sha',
  image: 'alustan.io/preview-image',
  imageFrom: 'alustan.io/preview-image-from',
  secrets: 'alustan.io/preview-secrets',
  created: 'alustan.io/preview-created',
  seal: 'alustan.io/preview-seal',
} as const;

/** Milliseconds that a clock of ours and one of the API server may differ, and a creation may take. */
const creationToleranceMs = 600_000;
/** Hex digits: a label holds 63 characters. */
const hashLength = 40;

/** Whose preview an environment is: Services of one namespace that preview the same pull request share it. */
export function environmentId(namespace: string, repository: ForgeRepository, number: number): string {
  const { provider, apiUrl, owner, repo } = repository;
  const of = [namespace, provider, apiUrl, owner.toLowerCase(), repo.toLowerCase(), number];
  return sha256(canonicalJson(of)).slice(0, hashLength);
}

type Sealed = Pick<PreviewNamespace, 'name' | 'labels' | 'annotations'>;

/**
 * What only the controller can have written on a namespace: an HMAC with the installation's own key over its name, whom
 * it serves and when it was made. The API server's creationTimestamp must agree, so that annotations copied to a later
 * namespace of the same name prove nothing.
 */
export function sealNamespace(key: string, { name, labels, annotations }: Sealed): string {
  const of = [annotations[previewAnnotations.of], labels[previewLabels.id], annotations[previewAnnotations.created]];
  return keyedHash(key, ['preview namespace', name, ...of]).slice(0, hashLength);
}

/** Whether the controller made this namespace for a preview: no other is ever used or deleted. */
export function isOurs(key: string, namespace: PreviewNamespace): boolean {
  const { annotations, creationTimestamp } = namespace;
  if (annotations[previewAnnotations.seal] !== sealNamespace(key, namespace)) return false;
  const made = Date.parse(String(annotations[previewAnnotations.created]));
  return Math.abs(Date.parse(creationTimestamp) - made) <= creationToleranceMs;
}

/** A Service of a preview, as the controller has made it. */
export type Origin = Readonly<{
  /** The Service that this one is a preview of, or was brought along by. */
  namespace: string;
  name: string;
  /** Whether `data` of the cluster Secret may be used: not by code of a fork, unless that is allowed. */
  secrets: boolean;
}>;

type Sealable = Readonly<{ metadata: ObjectMeta; spec: ServiceSpec }>;

/** An HMAC over all that gives a Service of a preview the rights of its original: whoever edits it loses them. */
export function sealService(key: string, namespaceUid: string, { metadata, spec }: Sealable): string {
  const { name, annotations = {} } = metadata;
  const { of, secrets } = previewAnnotations;
  const sealed = ['preview service', namespaceUid, name, annotations[of], annotations[secrets], spec];
  return keyedHash(key, sealed).slice(0, hashLength);
}

/** Whose preview a Service is; undefined for all that the controller has not made like that. */
export function originOf(key: string, namespace: PreviewNamespace, service: KubeObject): Origin | undefined {
  const origin = isOurs(key, namespace) ? claimedOrigin(namespace, service) : undefined;
  const parsed = parseService(service);
  if (origin === undefined || !parsed.ok) return undefined;
  const seal = service.metadata.annotations?.[previewAnnotations.seal];
  return seal === sealService(key, namespace.uid, parsed.value) ? origin : undefined;
}

/**
 * What a Service in a namespace of ours says of itself. Somebody may have edited it since: good enough to put it right
 * or to remove it, which reaches no farther than the namespace, but gives it no rights.
 */
export function claimedOrigin(namespace: PreviewNamespace, service: KubeObject): Origin | undefined {
  const annotations = service.metadata.annotations ?? {};
  const [of = '', name] = (annotations[previewAnnotations.of] ?? '').split('/');
  if (name === undefined || of !== namespace.annotations[previewAnnotations.of]) return undefined;
  const image = annotations[previewAnnotations.image];
  const secrets = annotations[previewAnnotations.secrets] === 'true';
  return { namespace: of, name, secrets, ...(image === undefined ? {} : { image }) };
}
