import { parentPort, workerData } from 'node:worker_threads';
import { type ApiServerOptions, openApiServer } from './open.ts';

/** What the thread tells its starter. */
export type WorkerMessage =
  | { type: 'ready'; port: number; url: string; caPem: string; token: string }
  | { type: 'failed'; code: string | undefined; message: string };

// The entry point of the API server's thread: opens it, tells where it is, and closes when told to.
const port = parentPort;
if (port !== null) {
  try {
    const { close, ...where } = await openApiServer(workerData as ApiServerOptions);
    port.once('message', () => void close().then(() => port.close()));
    port.postMessage({ type: 'ready', ...where } satisfies WorkerMessage);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const message = error instanceof Error ? error.message : String(error);
    port.postMessage({ type: 'failed', code, message } satisfies WorkerMessage);
    port.close();
  }
}
