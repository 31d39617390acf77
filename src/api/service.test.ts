import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../core/resource.ts';
import { parseService } from './service.ts';

/** The documented inputs, as they are. */
const documents = `
apiVersion: alustan.io/v1alpha1
kind: Service
metadata:
  name: api-service
  namespace: default
spec:
  workspace: staging
  source:
    repoURL: https://github.com/alustan/cluster-manifests
    path: application-helm
    releaseName: backend-application
    targetRevision: main
    values:
      cluster: \${workspace.CLUSTER_NAME}
      service: backend
      image: alustan/backend:0.2.0
      config:
        DB_URL: postgresql://\${workspace.DB_USER}:\${workspace.DB_PASSWORD}@postgres:5432/\${workspace.DB_NAME}
  containerRegistry:
    provider: docker
    imageName: alustan/backend
    semanticVersion: ">=0.2.0"
---
apiVersion: alustan.io/v1alpha1
kind: Service
metadata:
  name: web-service
  namespace: default
spec:
  environment: staging
  previewEnvironment:
    enabled: true
    gitOwner: alustan
    gitRepo: web-app-demo
  source:
    repoURL: https://github.com/alustan/cluster-manifests
    path: application-helm
    releaseName: web-application
    targetRevision: main
    values:
      cluster: \${workspace.CLUSTER_NAME}
      service: web
      image:
        repository: alustan/web:1.1.0
      ingress:
        hosts:
          - host: chart-example.local
        tls:
          - hosts:
              - chart-example.local
  containerRegistry:
    provider: docker
    imageName: alustan/web
    semanticVersion: ">=0.2.0"
  dependencies:
    service:
      - api-service
`;
const [backend, web] = parseAllDocuments(documents).map((document) => document.toJS() as KubeObject) as [
  KubeObject,
  KubeObject,
];

function withSpec(spec: Record<string, unknown>): KubeObject {
  return { ...backend, spec: { ...(backend['spec'] as object), ...spec } };
}

describe('parseService', () => {
  it('E1 reads the backend of the documents, values as they are', () => {
    const parsed = parseService(backend);
    expect(parsed).toMatchObject({
      ok: true,
      value: {
        metadata: { name: 'api-service', namespace: 'default' },
        spec: {
          workspace: 'staging',
          source: {
            releaseName: 'backend-application',
            targetRevision: 'main',
            values: (backend['spec'] as { source: { values: object } }).source.values,
          },
          containerRegistry: { provider: 'docker', semanticVersion: '>=0.2.0' },
          dependencies: { service: [], terraform: [] },
          conflicts: 'force',
          suspend: false,
        },
      },
    });
  });

  it('E1 reads the web of the documents; `environment` is `workspace`', () => {
    expect(parseService(web)).toMatchObject({
      ok: true,
      value: {
        spec: {
          workspace: 'staging',
          previewEnvironment: { enabled: true, gitOwner: 'alustan', gitRepo: 'web-app-demo' },
          dependencies: { service: ['api-service'] },
        },
      },
    });
  });

  it('E1 E7 only workspace and source are required; names and `{name}` are one', () => {
    const spec = {
      workspace: 'staging',
      source: { repoURL: 'oci://registry/chart' },
      dependencies: { service: ['a', { name: 'b' }, { name: 'a' }], terraform: [{ name: 'net' }] },
    };
    expect(parseService({ ...backend, spec })).toMatchObject({
      ok: true,
      value: {
        spec: {
          source: { releaseName: 'api-service', values: {} },
          dependencies: { service: ['a', 'b'], terraform: ['net'] },
        },
      },
    });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['no source', { source: undefined }, 'spec.source: '],
    ['a number for a name', { source: { repoURL: 5 } }, 'spec.source.repoURL: '],
    ['a wrong item of a list', { dependencies: { service: ['ok', 'Not Ok'] } }, 'spec.dependencies.service[1]'],
    ['a wrong choice', { conflicts: 'maybe' }, 'spec.conflicts: '],
    [
      'a window with its zone in the schedule',
      { window: [{ schedule: 'TZ=UTC 0 22 * * *', duration: '4h' }] },
      'spec.window[0].schedule: write five fields as cron has them',
    ],
    [
      'a window with an offset for a zone',
      { window: [{ schedule: '@daily', duration: '4h', timeZone: '+02:00' }] },
      'spec.window[0].timeZone: write an IANA name',
    ],
    ['a window that never ends', { window: [{ schedule: '@daily' }] }, 'spec.window[0].duration: '],
    ['no window, which is never or always', { window: [] }, 'spec.window: '],
    ['no workspace', { workspace: undefined }, 'spec.workspace: required'],
    ['two names of one field', { environment: 'production' }, 'spec.workspace and spec.environment'],
  ])('names the field: %s', (_, spec, message) => {
    const parsed = parseService(withSpec(spec));
    expect(parsed).toMatchObject({ ok: false, failure: { kind: 'invalid', reason: 'InvalidSpec' } });
    expect(parsed.ok ? '' : parsed.failure.message).toContain(message);
  });

  it('names the object, and no more than three of many fields', () => {
    const parsed = parseService(withSpec({ conflicts: 1, suspend: 'x', retries: 'y', timeout: 5, interval: 5 }));
    const message = parsed.ok ? '' : parsed.failure.message;
    expect(message).toContain('(and 2 more); correct it in Service default/api-service');
  });

  it('E10 one that is being deleted is read all the same', () => {
    const metadata = { ...backend.metadata, deletionTimestamp: 'T' };
    const broken = {
      ...withSpec({ source: { releaseName: 'old', repoURL: 5 }, serviceAccountName: 'team-a' }),
      metadata,
    };
    expect(parseService(broken)).toMatchObject({
      ok: true,
      value: { spec: { source: { releaseName: 'old' }, serviceAccountName: 'team-a', dependencies: { service: [] } } },
    });
    expect(parseService({ ...backend, metadata, spec: undefined })).toMatchObject({
      ok: true,
      value: { spec: { source: { releaseName: 'api-service' } } },
    });
  });
});
