import { type ApiServerOptions, openApiServer } from './open.ts';

// An API server in a process of its own, for the test that kills it. Its options come as the first message.
process.once('message', async (options: ApiServerOptions) => {
  const { url, caPem } = await openApiServer(options);
  process.send?.({ url, caPem });
});
