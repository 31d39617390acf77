import type { KubeObject } from './resource.ts';

/** The values of a Secret, by their keys; bytes that are no UTF-8 are replaced. */
export function secretData(secret: KubeObject): Record<string, string> {
  const data = Object.entries((secret['data'] ?? {}) as Record<string, string>);
  return Object.fromEntries(data.map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}
