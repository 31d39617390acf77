import { afterAll, beforeAll, describe, expect } from 'vitest';
import { killInPod } from '../node/pod-processes.ts';
import { controllerNamespace, controllerPods, installController, uninstallController } from './controller.ts';
import { completed, eventually, flow, revisions } from './flow.ts';
import { api, kubectl } from './lane.ts';
import type { Shop } from './shop.ts';

/** Holds an upgrade in its middle for as many seconds as the values say. */
const slowHook = `{{- if .Values.slow }}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-slow
  annotations:
    helm.sh/hook: pre-upgrade
    helm.sh/hook-delete-policy: before-hook-creation
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: 0
      containers:
        - name: slow
          image: {{ include "app.image" . | quote }}
          command: [sleep, {{ .Values.slow | quote }}]
{{- end }}
`;

const chartFiles = { 'charts/app/templates/slow.yaml': slowHook };

/** Pushes a change of api-service and returns when Helm is in the middle of its upgrade, with the runner's pod. */
async function beginUpgrade(shop: Shop): Promise<{ name: string; uid: string }> {
  shop.edit('services/api-service.yaml', 'replicas: 1', 'replicas: 2\n      slow: 6');
  await shop.push('a slow upgrade');
  await eventually(async () => expect(await shop.isUpgrading('api-service')).toBe(true));
  const { job } = await shop.status('api-service');
  const selector = `batch.kubernetes.io/job-name=${job?.name}`;
  const path = '{.items[0].metadata.name} {.items[0].metadata.uid}';
  const [name = '', uid = ''] = (await shop.kubectl('get', 'pods', '-l', selector, '-o', `jsonpath=${path}`)).split(
    ' ',
  );
  return { name, uid };
}

async function twoReplicas(shop: Shop): Promise<void> {
  await eventually(async () => {
    const ready = await shop.kubectl('get', 'deployment', 'api-service', '-o', 'jsonpath={.status.readyReplicas}');
    expect(ready).toBe('2');
  });
}

async function evict(namespace: string, name: string): Promise<void> {
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } };
  await api.json('POST', `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, eviction);
}

describe('E20 runners that are killed in the middle of an upgrade', () => {
  beforeAll(() => installController(), 180_000);
  afterAll(uninstallController, 60_000);

  const ways: [string, string, (shop: Shop, pod: { name: string; uid: string }) => Promise<void>][] = [
    ['killed', 'flow-killed', async (_, { uid }) => void expect(killInPod(uid, 'helm')).toBeGreaterThan(0)],
    ['deleted', 'flow-deleted', async (shop, { name }) => void (await shop.kubectl('delete', 'pod', name))],
    ['evicted', 'flow-evicted', async (shop, { name }) => evict(shop.namespace, name)],
  ];
  for (const [what, name, act] of ways) {
    flow(
      `a runner's pod is ${what}: the next run unlocks the release and delivers`,
      name,
      async (shop) => {
        const pod = await beginUpgrade(shop);
        const first = (await shop.status('api-service')).job?.name;
        await act(shop, pod);
        await eventually(async () => {
          const { state, job } = await shop.status('api-service');
          expect({ state, same: job?.name === first }).toEqual({ state: 'Completed', same: false });
        });
        await twoReplicas(shop);
        expect(await revisions(shop)).toEqual([2, 1]);
        // A Helm that dies under its runner may be the chart's doing; a pod that goes is nobody's failure.
        const { job } = await shop.status('api-service');
        if (what !== 'killed') expect(job).toMatchObject({ attempt: 2, failures: 0, interruptions: 1 });
      },
      chartFiles,
    );
  }
});

describe('the controller in the middle of a delivery', () => {
  beforeAll(() => installController(), 180_000);
  afterAll(uninstallController, 60_000);

  flow(
    'killed by SIGKILL: it starts again, nothing is lost and nothing done twice',
    'flow-sigkill',
    async (shop) => {
      await beginUpgrade(shop);
      const [pod = ''] = await controllerPods();
      const field = async (path: string) => kubectl('-n', controllerNamespace, 'get', pod, '-o', `jsonpath=${path}`);
      expect(killInPod(await field('{.metadata.uid}'), 'alustan')).toBeGreaterThan(0);
      await completed(shop, 'api-service', 2);
      await twoReplicas(shop);
      expect(await field('{.status.containerStatuses[0].restartCount}')).not.toBe('0');
      expect(await revisions(shop)).toEqual([2, 1]);
    },
    chartFiles,
  );
});

describe('the controller in the middle of a delivery', () => {
  beforeAll(() => installController(), 180_000);
  afterAll(uninstallController, 60_000);

  flow(
    'upgraded: the next one goes on, nothing is lost and nothing done twice',
    'flow-upgraded',
    async (shop) => {
      await beginUpgrade(shop);
      const before = await controllerPods();
      const upgrade = installController({ podAnnotations: { 'e2e.alustan.io/changed': 'yes' } });
      shop.edit('services/web-service.yaml', 'API_URL: http://api-service', 'API_URL: http://api-service:8080');
      await shop.push('while the controllers change places');
      await upgrade;
      await completed(shop, 'api-service', 2);
      await completed(shop, 'web-service', 2);
      await twoReplicas(shop);
      expect(await revisions(shop)).toEqual([2, 2]);
      expect(await controllerPods()).not.toEqual(before);
    },
    chartFiles,
  );
});
