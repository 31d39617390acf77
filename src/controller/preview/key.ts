import type { Key } from '../../core/key.ts';

/** The pass over the previews of a Service, beside the Service's own. */
export function previewKey({ namespace = '', name }: Readonly<{ namespace?: string; name: string }>): Key {
  return { kind: 'Preview', namespace, name };
}
