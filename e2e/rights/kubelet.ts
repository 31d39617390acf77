import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { KubeClient } from '../../src/kube/client.ts';
import { testCertificates } from '../../src/kube/testing/certificates.ts';
import { logPath, readLog } from '../../src/local/api-server/logs/read.ts';
import { nodeName } from '../../src/local/node/register.ts';

const whole = { sinceSeconds: undefined, sinceTime: undefined, timestamps: false, previous: false };

/**
 * The part of a kubelet that the API server asks for pods' logs, for the simulated node. Resolves with how to stop it.
 */
export async function serveLogs(client: KubeClient, podLogDir: string): Promise<() => Promise<void>> {
  const { server: pair } = await testCertificates();
  const server = createServer(pair, (request, response) => {
    const url = new URL(request.url ?? '', 'https://kubelet');
    const [, what, namespace = '', pod = '', container = ''] = url.pathname.split('/');
    const number = (name: string) => (url.searchParams.has(name) ? Number(url.searchParams.get(name)) : undefined);
    const path = logPath(podLogDir, namespace, pod, container, false);
    const log =
      what !== 'containerLogs'
        ? undefined
        : readLog(path, { ...whole, tailLines: number('tailLines'), limitBytes: number('limitBytes') });
    response.writeHead(log === undefined ? 404 : 200, { 'content-type': 'text/plain' }).end(log?.text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: Port } = server.address() as AddressInfo;
  const node = { apiVersion: 'v1', kind: 'Node', name: nodeName };
  const status = { daemonEndpoints: { kubeletEndpoint: { Port } } };
  await client.patch(node, 'merge', { status }, { subresource: 'status' });
  return async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
}
