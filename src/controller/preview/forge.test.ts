import { describe, expect, it } from 'vitest';
import { previewEnvironment } from '../../api/preview.ts';
import type { KubeObject } from '../../core/resource.ts';
import { fail, ok } from '../../core/result.ts';
import { type KubeClient, KubeError } from '../../kube/client.ts';
import type { PreviewSettings } from '../../plan/preview/facts.ts';
import { forgeTarget } from './forge.ts';

const settings: PreviewSettings = {
  enabled: true,
  imagePollMs: 1,
  maxPreviews: 1,
  serviceAccount: 'alustan-runner',
  namespaceLabels: {},
  controllerNamespace: 'alustan',
  apiUrl: 'https://api.github.com',
  secretName: 'alustan-github-token',
};
const looker = {
  namespace: 'shop',
  serviceAccount: 'runner',
  used: new Set<string>(),
  key: { kind: 'Preview', namespace: 'shop', name: 'web' },
};

/** The login that a spec comes to, where the installation's Secret is what `installation` answers. */
async function login(
  spec: Record<string, unknown>,
  installation: KubeObject | KubeError | undefined,
  own = ok({ id: 'own', data: { token: 'own' } }),
) {
  const remembered: string[] = [];
  const find = async () => {
    if (installation instanceof KubeError) throw installation;
    return installation;
  };
  const tools = {
    settings,
    client: { find } as unknown as KubeClient,
    credentials: { read: async () => own } as never,
    forge: {
      remember: ({ namespace, secret }: { namespace: string; secret: string }) =>
        void remembered.push(`${namespace}/${secret}`),
    },
  };
  const env = previewEnvironment.parse({ enabled: true, gitOwner: 'acme', gitRepo: 'web', ...spec });
  return { target: await forgeTarget(tools, env, looker, new AbortController().signal), remembered };
}

const secret: KubeObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'x', resourceVersion: '7' },
  data: { token: Buffer.from('installation').toString('base64') },
};

describe('E18 as whom GitHub is asked', () => {
  it('as the installation, where the Service names nobody', async () => {
    expect(await login({}, secret)).toMatchObject({
      target: {
        ok: true,
        value: { repository: { owner: 'acme', repo: 'web' }, credentials: { type: 'token', token: 'installation' } },
      },
      remembered: ['alustan/alustan-github-token'],
    });
  });

  it('anonymously, where the installation has no login either, and at another server than its own', async () => {
    expect((await login({}, undefined)).target).toEqual(ok({ repository: expect.objectContaining({ owner: 'acme' }) }));
    const { target, remembered } = await login({ apiURL: 'https://ghe.example/api/v3/' }, secret);
    expect(target).toEqual(ok({ repository: expect.objectContaining({ apiUrl: 'https://ghe.example/api/v3' }) }));
    expect(remembered).toEqual([]);
  });

  it('as whom the Service names', async () => {
    expect(await login({ apiURL: 'https://ghe.example/api/v3', secretRef: { name: 'ghe' } }, secret)).toMatchObject({
      target: { ok: true, value: { credentials: { token: 'own' } } },
      remembered: ['shop/ghe'],
    });
  });

  it.each([
    [
      'a Secret that is not there',
      { secretRef: { name: 'x' } },
      secret,
      fail('invalid', 'SecretNotFound', 'there is no Secret "x"'),
      /no Secret "x"/,
    ],
    [
      'one without a login',
      { secretRef: { name: 'x' } },
      secret,
      ok({ id: 'own', data: {} }),
      /Secret shop\/x has no login/,
    ],
    [
      'one that may not be read',
      {},
      new KubeError(403, 'Forbidden', 'no rights'),
      undefined,
      /reading Secret alustan\/alustan-github-token: no rights/,
    ],
  ])('%s is told by its name', async (_, spec, installation, own, words) => {
    const { target } = await login(spec, installation, own as never);
    expect(target.ok ? '' : target.failure.message).toMatch(words);
  });
});
