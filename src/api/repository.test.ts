import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../core/resource.ts';
import { parseRepository } from './repository.ts';

function repository(spec: Record<string, unknown>, metadata: Partial<KubeObject['metadata']> = {}): KubeObject {
  return {
    apiVersion: 'alustan.io/v1alpha1',
    kind: 'Repository',
    metadata: { name: 'apps', namespace: 'shop', ...metadata },
    spec: { url: 'https://git.example/shop.git', ...spec },
  };
}

describe('parseRepository', () => {
  it('needs only a url; prunes unless told otherwise', () => {
    expect(parseRepository(repository({}))).toMatchObject({
      ok: true,
      value: { spec: { prune: true, suspend: false } },
    });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['no url', { url: undefined }, 'spec.url: '],
    ['a wrong namespace', { targetNamespace: 'Not_ok' }, 'spec.targetNamespace: '],
    [
      'two refs',
      { ref: { branch: 'main', tag: 'v1' } },
      'spec.ref: set one of branch, tag, commit and semver, not branch, tag',
    ],
  ])('names the field: %s', (_, spec, message) => {
    const parsed = parseRepository(repository(spec));
    expect(parsed.ok ? '' : parsed.failure.message).toContain(message);
  });

  it.each<[string, Record<string, unknown>, boolean]>([
    ['by default', { url: 5 }, true],
    ['as it says', { url: 5, prune: false }, false],
    ['not where that cannot be read', { url: 5, prune: 'perhaps' }, false],
  ])('one that is being deleted is read all the same; prunes %s', (_, spec, prune) => {
    const parsed = parseRepository(repository({ ...spec, serviceAccountName: 'team-a' }, { deletionTimestamp: 'T' }));
    expect(parsed).toMatchObject({ ok: true, value: { spec: { prune, serviceAccountName: 'team-a' } } });
  });
});
