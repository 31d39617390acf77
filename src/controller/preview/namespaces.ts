import type { KubeObject } from '../../core/resource.ts';
import type { PreviewNamespace } from '../../plan/preview/facts.ts';

export function previewNamespace({ metadata }: KubeObject): PreviewNamespace {
  const { name, uid = '', labels = {}, annotations = {}, creationTimestamp = '', deletionTimestamp } = metadata;
  return { name, uid, labels, annotations, creationTimestamp, terminating: deletionTimestamp !== undefined };
}
