import { createServer } from 'node:net';

/** The first free port of 127.0.0.1 from `first` on; 0 asks the system for any. Rejects when 100 in a row are taken. */
export async function freePort(first: number): Promise<number> {
  for (let port = first; port < first + 100; port += 1) {
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port from ${first} to ${first + 99}: choose another with --api-port and --http-port`);
}

function isFree(port: number): Promise<boolean> {
  if (port === 0) return Promise.resolve(true);
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
