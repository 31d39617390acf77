import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApiServer } from '../../local/api-server/index.ts';
import { describeKubeClient } from './describe-kube-client.ts';

describeKubeClient('the embedded API', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'embedded-'));
  const server = await startApiServer({ dataDir, port: 0, podLogDir: join(dataDir, 'logs') });
  return {
    kubeconfig: JSON.stringify(server.kubeconfig()),
    url: server.url,
    async stop() {
      await server.close();
      rmSync(dataDir, { recursive: true });
    },
  };
});
