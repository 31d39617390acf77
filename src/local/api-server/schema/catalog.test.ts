import { describe, expect, it } from 'vitest';
import { loadCatalog } from './index.ts';

const catalog = loadCatalog();

describe('loadCatalog', () => {
  it('knows resources as discovery tells them', () => {
    const deployments = catalog.resources().find(({ plural }) => plural === 'deployments');
    expect(deployments).toMatchObject({
      group: 'apps',
      version: 'v1',
      kind: 'Deployment',
      singular: 'deployment',
      shortNames: ['deploy'],
      namespaced: true,
      categories: ['all'],
    });
    expect(deployments?.subresources).toContainEqual({
      name: 'scale',
      kind: 'Scale',
      group: 'autoscaling',
      version: 'v1',
      verbs: ['get', 'patch', 'update'],
    });
  });

  it.each(catalog.resources().map(({ group, version, kind }) => [`${group}/${version}`, { group, version, kind }]))(
    '%s has a schema for every resource: %j',
    (_groupVersion, kind) => {
      expect(catalog.schema(kind)?.properties).toBeDefined();
    },
  );

  it('gives the OpenAPI document of every group version', () => {
    for (const groupVersion of catalog.groupVersions()) {
      expect(JSON.parse(catalog.openapi(groupVersion) ?? 'null')).toMatchObject({ openapi: '3.0.0' });
    }
    expect(catalog.openapi('apis/nope/v1')).toBe(undefined);
    expect(catalog.openapi('../data/discovery')).toBe(undefined);
  });

  it('resolves references, cycles too', () => {
    const crd = catalog.schema({ group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition' });
    const versions = crd?.properties?.['spec']?.properties?.['versions']?.items;
    const props = versions?.properties?.['schema']?.properties?.['openAPIV3Schema'];
    expect(props?.properties?.['not']?.properties?.['not']?.properties?.['pattern']?.type).toBe('string');
  });
});
