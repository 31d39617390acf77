import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import type { Address } from '../core/address.ts';

export type Listener = Readonly<{
  port: number;
  /** Takes no more; requests under way get a second to end. */
  close(): Promise<void>;
}>;

const closeGraceMs = 1_000;

/** Serves an app. Rejects with `EADDRINUSE` and its like. `tune` sets limits of Node's server before it listens. */
export async function listen(
  app: Hono,
  address: Address,
  tune: (server: Server) => void = () => {},
): Promise<Listener> {
  const hostname = address.host === undefined ? {} : { hostname: address.host };
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false, ...hostname }) as Server;
  tune(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), closeGraceMs);
  await closed;
  clearTimeout(timer);
}
