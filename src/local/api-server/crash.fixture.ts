import { openApiServer } from './open.ts';

// An API server in a process of its own, for the test that kills it.
const [dataDir = '', adminToken = ''] = process.argv.slice(2);
const { url, caPem } = await openApiServer({ dataDir, port: 0, adminToken, podLogDir: dataDir });
process.send?.({ url, caPem });
