import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeKubernetesApi } from './contract/describe-kubernetes-api.ts';
import { startApiServer } from './index.ts';

describeKubernetesApi({
  name: 'the embedded API',
  async start() {
    const dir = mkdtempSync(join(tmpdir(), 'alustan-api-'));
    const token = 'contract';
    const server = await startApiServer({
      dataDir: join(dir, 'data'),
      port: 0,
      adminToken: token,
      podLogDir: join(dir, 'logs'),
    });
    const kubeconfigPath = join(dir, 'kubeconfig');
    writeFileSync(kubeconfigPath, JSON.stringify(server.kubeconfig()));
    return {
      kubeconfigPath,
      url: server.url,
      token,
      ca: server.caPem,
      async stop() {
        await server.close();
        rmSync(dir, { recursive: true, force: true });
      },
    };
  },
});
