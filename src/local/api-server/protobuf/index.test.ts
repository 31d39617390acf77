import { readFileSync } from 'node:fs';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../schema/types.ts';
import { decodeProtobuf, isProtobuf, ProtobufError } from './index.ts';

/** Bodies that kubectl 1.32 and helm 4.3 really sent, captured from their requests. */
function sent(name: string): Buffer {
  return readFileSync(new URL(`./testdata/${name}.bin`, import.meta.url));
}

const template = (containers: unknown[], more = {}) => ({ metadata: {}, spec: { containers, ...more } });

const bodies: [string, JsonObject & { apiVersion: string; kind: string }][] = [
  [
    'kubectl-create-configmap',
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'demo' },
      data: { colour: 'blue', motto: 'über alles – ok' },
    },
  ],
  [
    'kubectl-create-configmap-binary',
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'bin' }, binaryData: { 'b.bin': 'AP8B' } },
  ],
  ['kubectl-create-serviceaccount', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot' } }],
  [
    'kubectl-create-token',
    {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: {},
      spec: { audiences: ['api', 'vault'], expirationSeconds: 3600 },
      status: { token: '' },
    },
  ],
  [
    'kubectl-auth-can-i',
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      metadata: {},
      spec: { resourceAttributes: { namespace: 'shop', verb: 'create', resource: 'deployments.apps' } },
      status: { allowed: false },
    },
  ],
  [
    'kubectl-create-deployment',
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', labels: { app: 'web' } },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 'web' } },
        template: {
          ...template([{ name: 'nginx', image: 'nginx', ports: [{ containerPort: 80 }], resources: {} }]),
          metadata: { labels: { app: 'web' } },
        },
        strategy: {},
      },
      status: {},
    },
  ],
  [
    'kubectl-create-job',
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'once' },
      spec: {
        template: template([{ name: 'once', image: 'busybox', command: ['echo', 'hi'], resources: {} }], {
          restartPolicy: 'Never',
        }),
      },
      status: {},
    },
  ],
  [
    'kubectl-create-ingress',
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'web' },
      spec: {
        tls: [{ hosts: ['a.example'], secretName: 'crt' }],
        rules: [
          {
            host: 'a.example',
            http: {
              paths: [
                { path: '/x', pathType: 'Prefix', backend: { service: { name: 'svc', port: { name: 'http' } } } },
              ],
            },
          },
        ],
      },
      status: { loadBalancer: {} },
    },
  ],
];

describe('decodeProtobuf', () => {
  it.each(bodies)('%s is the JSON that Go would have sent', (name, object) => {
    const { apiVersion, kind } = object;
    expect(decodeProtobuf(sent(name))).toEqual({ apiVersion, kind, object });
  });

  it("keeps every byte of Helm's release Secret", () => {
    const { object } = decodeProtobuf(sent('helm-install-release'));
    expect(object).toMatchObject({ type: 'helm.sh/release.v1', metadata: { labels: { owner: 'helm', name: 'demo' } } });
    const { release } = object['data'] as { release: string };
    const packed = Buffer.from(Buffer.from(release, 'base64').toString(), 'base64');
    expect(JSON.parse(gunzipSync(packed).toString())).toMatchObject({ name: 'demo', version: 1 });
  });

  it('refuses what is no envelope', () => {
    expect(isProtobuf(Buffer.from('{"kind":"Pod"}'))).toBe(false);
    expect(() => decodeProtobuf(Buffer.from('{}'))).toThrow(/expected prefix/);
  });

  it('names a kind without descriptor', () => {
    // TypeMeta { apiVersion "a/v1", kind "B" } in a runtime.Unknown.
    const body = Buffer.from([...Buffer.from('k8s\0'), 0x0a, 9, 0x0a, 4, ...Buffer.from('a/v1'), 0x12, 1, 0x42]);
    expect(() => decodeProtobuf(body)).toThrow('no protobuf descriptor for kind "B" of apiVersion "a/v1"');
  });

  it('refuses a body that ends early', () => {
    expect(() => decodeProtobuf(sent('kubectl-create-deployment').subarray(0, 100))).toThrow(ProtobufError);
  });
});

/** Random objects of every kind (apimachinery's fuzzer), written by Go in both encodings. */
const pairs = JSON.parse(
  brotliDecompressSync(readFileSync(new URL('./testdata/go-pairs.json.br', import.meta.url))).toString(),
) as { protobuf: string; json: { apiVersion: string; kind: string } }[];

/** Without nulls and empty lists: the wire cannot tell them from nothing. */
function solid(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(solid);
  if (typeof value !== 'object' || value === null) return value;
  const empty = (item: unknown) => item === null || item === '' || (Array.isArray(item) && item.length === 0);
  return Object.fromEntries(Object.entries(value).flatMap(([key, item]) => (empty(item) ? [] : [[key, solid(item)]])));
}

describe('decodeProtobuf, as Go', () => {
  it.each(pairs.map(({ protobuf, json }) => [`${json.apiVersion} ${json.kind}`, protobuf, json] as const))(
    '%s',
    (_kind, protobuf, json) => {
      expect(solid(decodeProtobuf(Buffer.from(protobuf, 'base64')).object)).toEqual(solid(json));
    },
  );
});
