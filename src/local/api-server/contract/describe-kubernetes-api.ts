import { afterAll, beforeAll, describe } from 'vitest';
import { accessContract } from './access.ts';
import { admissionContract } from './admission.ts';
import { ContractClient, type Running, type Subject } from './client.ts';
import { type Context, uniqueName } from './context.ts';
import { customResourceContract } from './custom-resources.ts';
import { decodingContract } from './decoding.ts';
import { discoveryContract } from './discovery.ts';
import { escalationContract } from './escalation.ts';
import { kubectlContract } from './kubectl.ts';
import { listContract } from './lists.ts';
import { objectContract } from './objects.ts';
import { patchContract } from './patches.ts';
import { statusContract } from './statuses.ts';
import { watchContract } from './watches.ts';

/** What a Kubernetes API must do for us: the same for the embedded one and for a real kube-apiserver. */
export function describeKubernetesApi(subject: Subject): void {
  describe(`Kubernetes API: ${subject.name}`, () => {
    let running: Running | undefined;
    let client: ContractClient | undefined;
    const namespace = uniqueName('contract');
    const context: Context = {
      namespace,
      get running() {
        if (running === undefined) throw new Error('the subject has not started');
        return running;
      },
      get client() {
        if (client === undefined) throw new Error('the subject has not started');
        return client;
      },
    };

    beforeAll(async () => {
      running = await subject.start();
      client = new ContractClient(running);
      await client.post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    }, 60_000);

    afterAll(async () => {
      await client?.send('DELETE', `/api/v1/namespaces/${namespace}`);
      await client?.close();
      await running?.stop();
    });

    objectContract(context);
    listContract(context);
    watchContract(context);
    patchContract(context);
    admissionContract(context);
    customResourceContract(context);
    accessContract(context);
    decodingContract(context);
    discoveryContract(context);
    statusContract(context);
    escalationContract(context);
    kubectlContract(context);
  });
}
