import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { workerEntry } from '../../core/program.ts';
import { kubeconfig } from './auth/kubeconfig.ts';
import type { Json } from './object.ts';
import type { ApiServerOptions } from './open.ts';
import type { WorkerMessage } from './worker.ts';

export type { ApiServerOptions } from './open.ts';

export type ApiServer = Readonly<{
  /** `https://127.0.0.1:<port>` */
  url: string;
  port: number;
  /** Certificate of the CA that signed the server's. */
  caPem: string;
  /** A kubeconfig of the administrator, as an object. */
  kubeconfig(): Json;
  /** Ends watches, closes the store. The data stay. */
  close(): Promise<void>;
}>;

/**
 * Starts the embedded Kubernetes API in a thread of its own.
 * Rejects with `code: 'EADDRINUSE'` when the port is taken.
 */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const worker = new Worker(workerEntry('api-server-worker', import.meta.url), { workerData: options });
  const exited = once(worker, 'exit');
  const [message] = (await Promise.race([once(worker, 'message'), exited.then(() => [])])) as [WorkerMessage?];
  if (message?.type !== 'ready') {
    const error = new Error(`the embedded Kubernetes API did not start: ${message?.message ?? 'its thread ended'}`);
    throw Object.assign(error, { code: message?.code });
  }
  const { port, url, caPem, token } = message;
  return {
    url,
    port,
    caPem,
    kubeconfig: () => kubeconfig(url, caPem, token),
    async close() {
      worker.postMessage('close');
      await exited;
    },
  };
}
