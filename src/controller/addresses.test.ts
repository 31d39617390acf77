import { describe, expect, it } from 'vitest';
import { parseRepository } from '../api/repository.ts';
import { parseService } from '../api/service.ts';
import { chartFolder, manifestFolder } from './addresses.ts';

const head = (kind: string) => ({
  apiVersion: 'alustan.io/v1alpha1',
  kind,
  metadata: { name: 'a', namespace: 'shop' },
});

function chartOf(source: Record<string, unknown>, data?: Record<string, string>) {
  const service = parseService({ ...head('Service'), spec: { workspace: 'staging', source } });
  if (!service.ok) throw new Error(service.failure.message);
  return chartFolder(service.value, data && { id: 'id', data });
}
function manifestsOf(spec: Record<string, unknown>) {
  const repository = parseRepository({ ...head('Repository'), spec });
  if (!repository.ok) throw new Error(repository.failure.message);
  return manifestFolder(repository.value, undefined);
}

describe('the chart of a Service', () => {
  it.each([
    [
      'in git',
      { repoURL: 'https://git.example.com/x', path: 'charts/app', targetRevision: 'main' },
      { url: 'https://git.example.com/x', path: 'charts/app', ref: 'main', content: 'chart' },
    ],
    [
      'in git over ssh, whose user is no secret',
      { repoURL: 'ssh://git@host/x' },
      { url: 'ssh://git@host/x', path: '' },
    ],
    ['in git over ssh in the short form', { repoURL: 'git@host:team/x' }, { url: 'git@host:team/x', path: '' }],
    ['in a registry', { repoURL: 'oci://ghcr.io/x', path: './' }, { url: 'oci://ghcr.io/x', path: '' }],
  ])('%s', (_title, source, expected) =>
    expect(chartOf(source)).toMatchObject({ ok: true, value: { content: 'chart', ...expected } }),
  );
  it('is asked for with what its Secret holds', () => {
    const data = { username: 'me', password: 'p', 'ca.crt': 'PEM', '.dockerconfigjson': '{}', other: 'x' };
    expect(chartOf({ repoURL: 'oci://ghcr.io/x' }, data)).toMatchObject({
      value: { credentials: { id: 'id', username: 'me', password: 'p', ca: 'PEM', dockerConfig: '{}' } },
    });
  });
  it('in a registry has no path', () =>
    expect(chartOf({ repoURL: 'oci://ghcr.io/x', path: 'charts/app' })).toMatchObject({
      ok: false,
      failure: { kind: 'invalid', message: expect.stringMatching(/^spec\.source\.path: .*"charts\/app"/) },
    }));
});

describe('a login in a URL is refused, and not repeated', () => {
  it.each([
    'https://me:hunter22@host/x',
    'https://hunter22@host/x',
    'oci://me:hunter22@host/x',
    'ssh://me:hunter22@host/x',
  ])('%s', (url) => {
    for (const [refused, fields] of [
      [chartOf({ repoURL: url }), ['spec.source.repoURL: ', 'spec.source.secretRef']],
      [manifestsOf({ url }), ['spec.url: ', 'spec.secretRef']],
    ] as const) {
      expect(refused).toMatchObject({ ok: false, failure: { kind: 'invalid', reason: 'LoginInURL' } });
      const message = refused.ok ? '' : refused.failure.message;
      for (const field of fields) expect(message).toContain(field);
      expect(message).not.toContain('hunter22');
    }
  });
});

it.each([
  [{ branch: 'main' }, { ref: 'main' }],
  [{ tag: 'v1' }, { ref: 'v1' }],
  [{ commit: 'a'.repeat(40) }, { ref: 'a'.repeat(40) }],
  [{ semver: '~1.4' }, { semver: '~1.4' }],
])('the manifests of a Repository at %j', (ref, expected) =>
  expect(manifestsOf({ url: 'https://git.example.com/x', path: 'apps', ref })).toEqual({
    ok: true,
    value: { url: 'https://git.example.com/x', path: 'apps', content: 'files', ...expected },
  }),
);
