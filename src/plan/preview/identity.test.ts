import { describe, expect, it } from 'vitest';
import { PreviewWorld } from '../../../test/plan/preview.ts';
import type { KubeObject } from '../../core/resource.ts';
import type { PreviewNamespace } from './facts.ts';
import { environmentId, isOurs, originOf, previewAnnotations } from './identity.ts';

const key = 'key';

/** A preview as the plan makes it. */
function made(): { namespace: PreviewNamespace; service: KubeObject } {
  const world = new PreviewWorld();
  world.set({ open: [{ number: 8, branch: 'feat' }] });
  world.settle();
  const [namespace, service] = [
    world.namespaces.get('preview-feat-8'),
    world.services.get('preview-feat-8/web-service'),
  ];
  if (namespace === undefined || service === undefined) throw new Error('no preview');
  return { namespace, service };
}

function annotated(service: KubeObject, annotations: Record<string, string>): KubeObject {
  const { metadata } = service;
  return { ...service, metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } } };
}

describe('seals of previews', () => {
  it('E2 what the controller has made has the rights of its original', () => {
    const { namespace, service } = made();
    expect(originOf(key, namespace, service)).toEqual({ namespace: 'shop', name: 'web-service', secrets: true });
  });

  it.each<[string, (of: ReturnType<typeof made>) => ReturnType<typeof made>]>([
    [
      'a spec that was edited',
      ({ namespace, service }) => ({
        namespace,
        service: { ...service, spec: { ...(service['spec'] as object), suspend: true } },
      }),
    ],
    ['a spec that is none', ({ namespace, service }) => ({ namespace, service: { ...service, spec: { source: 1 } } })],
    [
      'rights that it has given itself',
      ({ namespace, service }) => ({
        namespace,
        service: annotated(service, { [previewAnnotations.secrets]: 'maybe' }),
      }),
    ],
    [
      'another original',
      ({ namespace, service }) => ({
        namespace,
        service: annotated(service, { [previewAnnotations.of]: 'shop/other' }),
      }),
    ],
    [
      'an original of another namespace',
      ({ namespace, service }) => ({
        namespace,
        service: annotated(service, { [previewAnnotations.of]: 'admin/web-service' }),
      }),
    ],
    [
      'a Service without annotations',
      ({ namespace, service: { metadata, ...rest } }) => ({
        namespace,
        service: { ...(rest as KubeObject), metadata: { name: metadata.name } },
      }),
    ],
    [
      'another name',
      ({ namespace, service }) => ({
        namespace,
        service: { ...service, metadata: { ...service.metadata, name: 'copy' } },
      }),
    ],
    [
      'a copy in a namespace of later',
      ({ namespace, service }) => ({ namespace: { ...namespace, uid: 'another' }, service }),
    ],
    [
      'a namespace that was made an hour later',
      ({ namespace, service }) => ({ namespace: { ...namespace, creationTimestamp: '2026-11-21T13:00:01Z' }, service }),
    ],
    [
      'a namespace for another',
      ({ namespace, service }) => ({
        namespace: { ...namespace, annotations: { ...namespace.annotations, [previewAnnotations.of]: 'admin' } },
        service,
      }),
    ],
    [
      'a namespace of another name',
      ({ namespace, service }) => ({ namespace: { ...namespace, name: 'preview-x-1' }, service }),
    ],
    [
      'a namespace without annotations',
      ({ namespace, service }) => ({ namespace: { ...namespace, annotations: {} }, service }),
    ],
  ])('E2 %s gives none', (_, change) => {
    const { namespace, service } = change(made());
    expect(originOf(key, namespace, service)).toBeUndefined();
  });

  it('another installation made none of it', () => {
    const { namespace, service } = made();
    expect(isOurs('other', namespace)).toBe(false);
    expect(originOf('other', namespace, service)).toBeUndefined();
  });

  it('E15 pull requests of two repositories, servers or namespaces are two', () => {
    const of = { provider: 'github', apiUrl: 'https://api.github.com', owner: 'a', repo: 'b' } as const;
    const ids = [
      environmentId('shop', of, 8),
      environmentId('shop', { ...of, owner: 'c' }, 8),
      environmentId('shop', { ...of, repo: 'c' }, 8),
      environmentId('shop', { ...of, apiUrl: 'https://ghe.example/api/v3' }, 8),
      environmentId('other', of, 8),
      environmentId('shop', of, 9),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    expect(environmentId('shop', { ...of, owner: 'A' }, 8)).toBe(ids[0]);
  });
});
