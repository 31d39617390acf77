import { inject } from 'vitest';
import { describeKubernetesApi } from '../../src/local/api-server/contract/describe-kubernetes-api.ts';

const { kubeconfigPath, url, token, caPem } = inject('cluster');

describeKubernetesApi({
  name: 'a real kube-apiserver',
  start: async () => ({ kubeconfigPath, url, token, ca: caPem, stop: async () => {} }),
});
