import type { KubeObject } from '../../core/resource.ts';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * Without what nobody here reads and what makes up half of many objects: managedFields and kubectl's last-applied copy.
 * Copies rather than deletes: a deleted field makes the engine keep the rest as a dictionary, which is 700 bytes more.
 */
export function dropBookkeeping(object: KubeObject): KubeObject {
  const { managedFields: _fields, ...metadata } = object.metadata as KubeObject['metadata'] & {
    managedFields?: unknown;
  };
  if (metadata.annotations?.[lastApplied] !== undefined) {
    const { [lastApplied]: _copy, ...annotations } = metadata.annotations;
    metadata.annotations = annotations;
  }
  return { ...object, metadata };
}

/** Longest string that is worth looking for, and how many are remembered. */
const longest = 100;
const remembered = 4096;

/** Keeps equal strings once: a thousand objects say `True`, `Ready` and the same repository. A third less to keep. */
export class StringPool {
  readonly #strings = new Map<string, string>();

  /** Replaces the strings within; the object is changed. */
  share(value: object): void {
    const fields = value as Record<string, unknown>;
    for (const name in fields) {
      const field = fields[name];
      if (typeof field === 'string') fields[name] = this.#one(field);
      else if (field !== null && typeof field === 'object') this.share(field);
    }
  }

  #one(text: string): string {
    if (text.length > longest) return text;
    const known = this.#strings.get(text);
    if (known !== undefined) return known;
    // Unique ones (names, versions) fill it up; what is common is soon there again.
    if (this.#strings.size >= remembered) this.#strings.clear();
    this.#strings.set(text, text);
    return text;
  }
}
