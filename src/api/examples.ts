import type { KubeObject } from '../core/resource.ts';
import { apiVersion } from './common.ts';

/** The examples of the reference pages; tests read them with the schemas. */
export const serviceExample: KubeObject = {
  apiVersion,
  kind: 'Service',
  metadata: { name: 'web-service', namespace: 'shop' },
  spec: {
    workspace: 'staging',
    source: {
      repoURL: 'https://github.com/alustan/cluster-manifests',
      path: 'application-helm',
      releaseName: 'web-application',
      targetRevision: 'main',
      values: {
        image: { repository: 'alustan/web:1.1.0' },
        config: { DB_URL: 'postgresql://${workspace.DB_USER}:${workspace.DB_PASSWORD}@postgres:5432/shop' },
      },
    },
    containerRegistry: { provider: 'docker', imageName: 'alustan/web', semanticVersion: '>=1.1.0' },
    dependencies: { service: ['api-service'] },
  },
};

export const repositoryExample: KubeObject = {
  apiVersion,
  kind: 'Repository',
  metadata: { name: 'shop', namespace: 'shop' },
  spec: {
    url: 'https://github.com/alustan/cluster-manifests',
    ref: { branch: 'main' },
    path: 'clusters/staging',
    interval: '5m',
  },
};

export const terraformExample: KubeObject = {
  apiVersion,
  kind: 'Terraform',
  metadata: { name: 'staging-cluster', namespace: 'shop' },
  spec: {
    variables: { TF_VAR_workspace: 'staging', TF_VAR_region: 'us-east-1' },
    scripts: { deploy: 'deploy', destroy: 'destroy -c' },
    postDeploy: { script: 'aws-resource', args: { workspace: 'TF_VAR_workspace', region: 'TF_VAR_region' } },
    containerRegistry: { provider: 'docker', imageName: 'alustan/infrastructure', semanticVersion: '~1.0.0' },
    publish: {
      environment: 'staging',
      outputs: [{ name: 'DB_HOST', path: '{.externalresources[0].Resource.Endpoint}' }],
    },
  },
};
