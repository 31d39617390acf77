import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServiceStatus } from '../../src/api/service-status.ts';
import { exec } from '../cluster/exec.ts';
import { createRepository } from '../servers/git-http-backend.ts';
import { installController, uninstallController, written } from './controller.ts';
import { explainFailure } from './explain.ts';
import { eventually } from './flow.ts';
import { api, apply, kubectl, lane } from './lane.ts';
import { ensurePublicChart } from './public-chart.ts';
import { clusterObjects, pushImage } from './shop.ts';

const name = 'flow-public';

describe('a public chart that nobody here wrote', () => {
  beforeAll(() => installController(), 180_000);
  afterAll(uninstallController, 120_000);

  it('is delivered unchanged, with all that it makes of its values', { timeout: 300_000 }, async (context) => {
    explainFailure(context, name);
    await pushImage('web', name, '1.1.0');
    await commitChart();
    await apply(
      ...clusterObjects(name, ['10-staging']),
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
      service(),
    );
    await eventually(async () => {
      const path = `/apis/alustan.io/v1alpha1/namespaces/${name}/services/public`;
      const { status } = await api.json<{ status?: ServiceStatus }>('GET', path);
      expect(status).toMatchObject({
        state: 'Completed',
        healthStatus: { chart: expect.stringMatching(/ragleap-app-chart.*0\.3\.2/) },
      });
    });
    const made = await kubectl('-n', name, 'get', 'deployments,services,networkpolicies,ingresses', '-o', 'name');
    expect(made.trim().split('\n').sort()).toEqual([
      'deployment.apps/public-api',
      'deployment.apps/public-web',
      'ingress.networking.k8s.io/public-web',
      'networkpolicy.networking.k8s.io/public-api-deny-by-default',
      'networkpolicy.networking.k8s.io/public-web-deny-by-default',
      'service/public-api',
      'service/public-web',
    ]);
    const page = ['exec', 'deployment/public-web', '--', 'sh', '-c', 'wget -qO- http://$PUBLIC_API_SERVICE_HOST:8080'];
    expect(await kubectl('-n', name, ...page)).toContain('shop web');
  });
});

async function commitChart(): Promise<void> {
  const url = await createRepository(lane.git, name);
  const folder = mkdtempSync(join(tmpdir(), 'alustan-public-'));
  try {
    cpSync(await ensurePublicChart(), join(folder, 'chart'), { recursive: true });
    const git = (...args: string[]) =>
      exec('git', ['-C', folder, '-c', 'user.name=e2e', '-c', 'user.email=e2e@localhost', ...args]);
    await git('init', '--quiet', '--initial-branch=main');
    await git('add', '--all');
    await git('commit', '--quiet', '-m', 'The chart as it is published');
    await git('push', '--quiet', url, 'main');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function service(): object {
  const common = { image: `${written}/${name}/web:1.1.0`, port: 8080, replicaCount: 1, persistent: false };
  const securityContext = { runAsNonRoot: true, runAsUser: 65534, allowPrivilegeEscalation: false };
  const values = {
    services: [
      { ...common, name: 'api', dependsOn: [], expose: false, securityContext },
      { ...common, name: 'web', dependsOn: ['api'], expose: true, hostname: 'public.localhost', securityContext },
    ],
  };
  const source = { repoURL: `http://${written}/git/${name}.git`, path: 'chart', releaseName: 'public', values };
  return {
    apiVersion: 'alustan.io/v1alpha1',
    kind: 'Service',
    metadata: { name: 'public', namespace: name },
    spec: { workspace: name, source },
  };
}
