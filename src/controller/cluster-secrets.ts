import type { KubeObject } from '../core/resource.ts';
import { secretData } from '../core/secret.ts';
import type { ClusterSecret } from '../plan/facts.ts';

export function clusterSecret(secret: KubeObject): ClusterSecret {
  const { name, resourceVersion = '', labels = {}, annotations = {} } = secret.metadata;
  return {
    name,
    resourceVersion,
    environment: labels['environment'] ?? '',
    annotations,
    data: secretData(secret),
  };
}
