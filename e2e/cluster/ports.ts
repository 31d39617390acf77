import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * A port of an address of this machine that nothing listens on. It lies below the range that the kernel gives to outgoing connections
 * (32768 and up), so that between this answer and its use only another listener could take it.
 */
export async function freePort(address = '127.0.0.1'): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    if (await isFree(port, address)) return port;
  }
}

function isFree(port: number, address: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once('error', () => resolve(false));
  server.listen(port, address, () => server.close(() => resolve(true)));
  return promise;
}
