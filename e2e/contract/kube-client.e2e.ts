import { readFileSync } from 'node:fs';
import { inject } from 'vitest';
import { describeKubeClient } from '../../src/kube/contract/describe-kube-client.ts';

const { kubeconfigPath, url } = inject('cluster');

describeKubeClient('a real kube-apiserver', async () => ({
  kubeconfig: readFileSync(kubeconfigPath, 'utf8'),
  url,
  stop: async () => {},
}));
