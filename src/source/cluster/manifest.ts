import { parseAllDocuments } from 'yaml';
import type { ObjectRef } from '../../core/plan.ts';
import type { KubeObject } from '../../core/resource.ts';

/**
 * An object of a release. `keep`: Helm is told to leave it when the release goes (`helm.sh/resource-policy`); `expires`:
 * a Job that the cluster removes some time after its end (`ttlSecondsAfterFinished`).
 */
export type ManifestRef = ObjectRef & Readonly<{ keep?: true; expires?: true }>;

/**
 * The objects that a rendered manifest holds, in its order, Lists taken apart. Documents that are no objects are passed
 * over, as Helm does; hooks are not in a manifest.
 *
 * @param namespace where objects are that name none; kinds without a namespace get it, too: only the API knows them.
 */
export function objectsOf(manifest: string, namespace: string): ManifestRef[] {
  return manifest
    .split(/^---(?=\s|$).*$/m)
    .flatMap(objectsIn)
    .map(({ apiVersion, kind, metadata, spec }) => {
      const isKept = metadata.annotations?.['helm.sh/resource-policy'] === 'keep';
      const expires =
        kind === 'Job' && (spec as { ttlSecondsAfterFinished?: unknown })?.ttlSecondsAfterFinished != null;
      const ref = { apiVersion, kind, namespace: metadata.namespace ?? namespace, name: metadata.name };
      return { ...ref, ...(isKept ? { keep: true } : {}), ...(expires ? { expires } : {}) };
    });
}

function objectsIn(document: string): KubeObject[] {
  const head = headOf(document);
  const isJob = head !== undefined && /^kind:\s*(["']?)Job\1\s*(#.*)?$/m.test(head);
  return parse(isJob || head === undefined ? document : head).flatMap(flatten);
}

/**
 * A manifest is up to a MiB, and of all but Jobs we want three fields: only the lines of these are parsed. Undefined where they
 * are not told apart by their indentation, or refer to other lines: then the whole document is parsed.
 */
function headOf(document: string): string | undefined {
  const lines: string[] = [];
  let wanted = false;
  for (const line of document.split('\n')) {
    if (/^[^\s#]/.test(line)) {
      const field = /^(apiVersion|kind|metadata|[A-Za-z][\w.-]*):(\s|$)/.exec(line)?.[1];
      if (field === undefined || field === 'items') return undefined;
      wanted = field === 'apiVersion' || field === 'kind' || field === 'metadata';
    }
    if (wanted) lines.push(line);
  }
  const head = lines.join('\n');
  return /(^|\s)[*&]\w/.test(head) ? undefined : head;
}

function parse(text: string): unknown[] {
  try {
    return parseAllDocuments(text, { logLevel: 'silent' }).map((document) => document.toJS() as unknown);
  } catch {
    return [];
  }
}

function flatten(value: unknown): KubeObject[] {
  const object = value as Partial<KubeObject> | null;
  if (typeof object !== 'object' || object === null || !object.apiVersion || !object.kind) return [];
  const items = object['items'];
  if (object.kind.endsWith('List') && Array.isArray(items)) return items.flatMap(flatten);
  return object.metadata?.name ? [object as KubeObject] : [];
}
