import { createHttpClient, type HttpClient, type Timeouts } from './client.ts';

/** One pool of connections for each authority that is trusted. */
export interface HttpClients {
  /** @param ca PEM of the authorities to trust instead of the platform's. */
  for(ca: string | undefined): HttpClient;
  close(): Promise<void>;
}

export function createHttpClients(timeouts: Partial<Timeouts>): HttpClients {
  const clients = new Map<string, HttpClient>();
  return {
    for: (ca) => {
      const client = clients.get(ca ?? '') ?? createHttpClient({ timeouts, ...(ca === undefined ? {} : { ca }) });
      clients.set(ca ?? '', client);
      return client;
    },
    close: async () => {
      await Promise.all([...clients.values()].map((client) => client.close()));
    },
  };
}
