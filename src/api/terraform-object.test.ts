import { describe, expect, it } from 'vitest';
import { parseTerraform } from './terraform-object.ts';

const registry = { provider: 'docker', imageName: 'infra', semanticVersion: '*' };

function parse(spec: object, metadata: object = {}) {
  return parseTerraform({
    apiVersion: 'alustan.io/v1alpha1',
    kind: 'Terraform',
    metadata: { name: 'db', namespace: 'shop', ...metadata },
    spec: { containerRegistry: registry, ...spec },
  });
}

describe('a Terraform that is being deleted, whose spec does not fit its schema (any more)', () => {
  const deletionTimestamp = '2026-11-21T12:00:00Z';

  it('E30 is read as far as deletion needs it', () => {
    const scripts = { destroy: 'destroy' };
    const parsed = parse({ containerRegistry: 7, retries: -1, scripts }, { deletionTimestamp });
    expect(parsed).toMatchObject({ ok: true, value: { spec: { scripts } } });
  });

  it('E30 with all that its scripts are given: without credentials a destroy can only fail', () => {
    const env = [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'aws', key: 'id' } } }];
    const given = {
      env,
      envFrom: [{ secretRef: { name: 'aws' } }],
      podTemplate: { labels: { a: 'b' } },
      timeout: '2h',
    };
    const secretRef = { name: 'pull' };
    const spec = { ...given, containerRegistry: { ...registry, secretRef }, dependencies: { service: [7] } };
    const parsed = parse(spec, { deletionTimestamp });
    expect(parsed).toMatchObject({ ok: true, value: { spec: { ...given, containerRegistry: { secretRef } } } });
  });

  it.each([
    ['scripts', { scripts: { destroy: '' }, variables: { TF_VAR_a: 'b' } }],
    ['variables', { scripts: { destroy: 'destroy' }, variables: { TF_VAR_a: 1 } }],
  ])('E30 never without the %s that it has: nothing would be destroyed, or something else', (field, spec) => {
    expect(parse(spec, { deletionTimestamp })).toMatchObject({
      ok: false,
      failure: { kind: 'invalid', message: expect.stringContaining(`spec.${field}`) },
    });
  });

  it('E30 but for a person who lets it go', () => {
    const annotations = { 'alustan.io/abandon': 'true' };
    expect(parse({ scripts: 7 }, { deletionTimestamp, annotations })).toMatchObject({ ok: true });
  });
});

it('says how a dependency is written', () => {
  expect(parse({ dependencies: { service: [{ nme: 'x' }] } })).toMatchObject({
    ok: false,
    failure: { message: expect.stringContaining('spec.dependencies.service[0]: write its name, or {name: …}') },
  });
});
