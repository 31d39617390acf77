import type { KubeObject } from '../core/resource.ts';
import type { ClusterSecret } from '../plan/facts.ts';

export function clusterSecret(secret: KubeObject): ClusterSecret {
  const { name, resourceVersion = '', labels = {}, annotations = {} } = secret.metadata;
  const data = (secret['data'] ?? {}) as Record<string, string>;
  return {
    name,
    resourceVersion,
    environment: labels['environment'] ?? '',
    annotations,
    data: Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
    ),
  };
}
