import { isObject } from '../../core/json.ts';
import type { KubeObject } from '../../core/resource.ts';
import { type Found, readDocuments } from './documents.ts';

/** A file below the path that was read; `path` relative to it, with `/`. */
export type ManifestFile = Readonly<{ path: string; bytes: Uint8Array }>;

/** Where a document begins: `line` counts from 1. */
type Manifest = Readonly<{ file: string; line: number; object: KubeObject }>;

/** What is wrong, where; one broken document stops nothing but itself. */
type Problem = Readonly<{ file: string; line: number; message: string }>;

export type Manifests = Readonly<{
  documents: readonly Manifest[];
  problems: readonly Problem[];
  /** The `kustomization.yaml` files among them: their folders are not plain manifests. */
  kustomizations: readonly string[];
}>;

const manifestFile = /\.(?:ya?ml|json)$/i;
const kustomization = /(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads the Kubernetes objects in all `.yaml`, `.yml` and `.json` files, in the order of their paths. Never throws. */
export function readManifests(files: readonly ManifestFile[]): Manifests {
  const documents: Manifest[] = [];
  const problems: Problem[] = [];
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const kustomizations = sorted.filter(({ path }) => kustomization.test(path)).map(({ path }) => path);
  for (const { path, bytes } of sorted) {
    if (!manifestFile.test(path) || kustomization.test(path)) continue;
    for (const found of readFile(bytes)) {
      if ('message' in found) problems.push({ file: path, ...found });
      else for (const item of objectsOf(found.value, found.line)) place(path, item, documents, problems);
    }
  }
  return { documents, problems, kustomizations };
}

function readFile(bytes: Uint8Array): Found[] {
  try {
    return readDocuments(utf8.decode(bytes));
  } catch {
    return [{ line: 1, message: 'the file is not UTF-8 text; save it as UTF-8' }];
  }
}

function place(file: string, item: Found, documents: Manifest[], problems: Problem[]): void {
  if ('message' in item) problems.push({ file, ...item });
  else documents.push({ file, line: item.line, object: item.value as KubeObject });
}

/** The object, or those of a List in its place. */
function objectsOf(value: unknown, line: number): Found[] {
  if (!isObject(value))
    return [{ line, message: 'this is not a Kubernetes object: a map with apiVersion, kind and metadata is wanted' }];
  const { apiVersion, kind, metadata, items } = value;
  if (typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items)) {
    return items.flatMap((item) => objectsOf(item, line));
  }
  const missing = [
    ...(typeof apiVersion === 'string' && apiVersion !== '' ? [] : ['apiVersion']),
    ...(typeof kind === 'string' && kind !== '' ? [] : ['kind']),
    ...(isObject(metadata) && typeof metadata['name'] === 'string' ? [] : ['metadata.name']),
  ];
  if (missing.length === 0) return [{ line, value }];
  return [
    { line, message: `this is not a Kubernetes object that can be applied: it lacks ${missing.join(', ')} (as text)` },
  ];
}
