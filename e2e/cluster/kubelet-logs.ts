import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { testCertificates } from '../../src/kube/testing/certificates.ts';
import { type LogOptions, logPath, readLog } from '../../src/local/api-server/logs/read.ts';

/**
 * The one part of a kubelet's API that a control plane without a real node lacks: the logs of pods, from the files that
 * local mode's node keeps of them. The API server does not check the certificate, unless it is told to.
 */
export async function startKubeletLogs(podLogDir: string): Promise<{ port: number; stop(): Promise<void> }> {
  const { server: pair } = await testCertificates();
  const server = createServer(pair, (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'https://kubelet');
    const [, what, namespace = '', pod = '', container = ''] = pathname.split('/');
    const log =
      what === 'containerLogs' && readLog(logPath(podLogDir, namespace, pod, container, false), limits(searchParams));
    response.writeHead(log ? 200 : 404, { 'content-type': 'text/plain' }).end(log ? log.text : 'not found');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function limits(query: URLSearchParams): LogOptions {
  const number = (name: string) => (query.has(name) ? Number(query.get(name)) : undefined);
  const none = { sinceSeconds: undefined, sinceTime: undefined, timestamps: false, previous: false };
  return { ...none, tailLines: number('tailLines'), limitBytes: number('limitBytes') };
}
