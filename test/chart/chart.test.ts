import { readFile } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { repositorySpec } from '../../src/api/repository.ts';
import { runCli } from '../../src/cli/cli.ts';
import type { KubeObject } from '../../src/core/resource.ts';
import { find, lint, podSpecs, render } from './render.ts';

const base64 = (value: string) => Buffer.from(value).toString('base64');

/** Everything that the chart can make. */
const all = {
  replicas: 2,
  serviceMonitor: { enabled: true },
  uninstall: { everything: true },
  githubToken: base64('ghp_1\n'),
  http: { githubWebhookSecretName: 'webhook' },
  containerRegistrySecret: `${base64('{"auths":{"ghcr.io":{"auth":"eA=="}}}')}\n`,
  runner: { autoProvision: false },
  previews: {
    enabled: true,
    namespaceLabels: { team: 'shop' },
    resourceQuota: { hard: { pods: '10' } },
    networkPolicy: { podSelector: {} },
  },
  gitRewrites: ['https://github.com/=https://mirror/'],
  registryMirrors: ['docker.io=https://mirror'],
  repositories: [
    { name: 'apps', url: 'https://github.com/acme/apps', ref: { branch: 'main' }, path: 'staging', interval: '1m' },
    { name: 'team', url: 'oci://ghcr.io/acme/team', namespace: 'team-a', serviceAccountName: 'x' },
  ],
};

async function help(...args: string[]): Promise<{ code: number; out: string }> {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const code = await runCli([...args, '--help'], { env: {}, out, err, signal: new AbortController().signal });
  out.end();
  return { code, out: await text(out) };
}

describe('the chart', { timeout: 60_000 }, () => {
  it('gives the requests of the lease the priority of leader election, for the account of the controller alone', async () => {
    const objects = await render({}, { namespace: 'ops' });
    const schema = find(objects, 'FlowSchema', 'alustan-leader-election')?.['spec'] as {
      priorityLevelConfiguration: object;
      rules: { subjects: unknown[]; resourceRules: object[] }[];
    };
    const account = find(objects, 'ServiceAccount', 'alustan-controller')?.metadata;
    expect(schema.priorityLevelConfiguration).toEqual({ name: 'leader-election' });
    const { subjects, resourceRules } = schema.rules[0] ?? { subjects: [], resourceRules: [] };
    const { name, namespace } = { ...account };
    expect(subjects).toEqual([{ kind: 'ServiceAccount', serviceAccount: { name, namespace } }]);
    expect(resourceRules).toMatchObject([{ resources: ['leases'], namespaces: ['ops'] }]);
  });

  it('passes helm lint', async () => expect(await lint()).toContain('0 chart(s) failed'));

  it.each([{}, all])('runs nothing that the standard "restricted" forbids: %#', async (values) => {
    const pods = podSpecs(await render(values));
    expect(pods.map(([name]) => name).sort()).toEqual([
      ...['alustan-controller', 'alustan-crds', 'alustan-test-ready', 'alustan-uninstall'],
    ]);
    for (const [, pod] of pods) {
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: 65532,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const container of pod.containers) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(container.resources).toMatchObject({
          requests: { memory: expect.stringMatching(/Mi$/) },
          limits: { memory: expect.anything() },
        });
      }
      expect((pod.volumes ?? []).every((volume) => 'emptyDir' in volume || 'secret' in volume)).toBe(true);
    }
  });

  it('takes names that YAML would take for something else', async () => {
    const repositories = [{ name: 'on', url: 'https://x', namespace: '1e3' }];
    const objects = await render({ repositories }, { release: 'y', namespace: '123' });
    const names = objects.flatMap(({ metadata: { name, namespace = '', labels = {} } }) => {
      return [name, namespace, ...Object.values(labels)];
    });
    expect(names.filter((name) => typeof name !== 'string')).toEqual([]);
    expect(new Set(objects.map(({ metadata }) => metadata.namespace))).toEqual(new Set([undefined, '123', '1e3']));
  });

  it('gives no role a wildcard', async () => {
    const roles = (await render(all)).filter(({ kind }) => kind.endsWith('Role'));
    expect(roles.length).toBeGreaterThan(5);
    const rules = roles.flatMap((role) => role['rules'] as Record<string, string[]>[]);
    for (const rule of rules) expect(Object.values(rule).flat()).not.toContain('*');
  });

  it('starts the program with commands and options that it has', async () => {
    for (const [name, { containers }] of podSpecs(await render(all))) {
      const [
        {
          command,
          args: [subcommand = '', ...options],
        } = { command: [], args: [] },
      ] = containers;
      expect(command).toEqual(['alustan']);
      const { code, out } = await help(subcommand);
      expect(code, `${name}: alustan ${subcommand}`).toBe(0);
      for (const option of options.filter((each) => each.startsWith('--')))
        expect(out, name).toMatch(new RegExp(`^ +${option.split('=')[0]}\\b`, 'm'));
    }
  });

  it.each([
    [{}, '5m', '6h'],
    [{ service: { syncInterval: '1m' }, infrastructure: { syncInterval: '1h' } }, '1m', '1h'],
    [{ appSyncInterval: '2m', infraSyncInterval: '2h' }, '2m', '2h'],
  ])('E35 takes both names of the intervals: %j', async (values, service, infrastructure) => {
    const [[, pod] = []] = podSpecs(await render(values));
    const env = Object.fromEntries((pod?.containers[0]?.env ?? []).map(({ name, value }) => [name, value]));
    expect(env).toMatchObject({ SERVICE_SYNC_INTERVAL: service, INFRA_SYNC_INTERVAL: infrastructure });
  });

  it('makes Repositories of values, which the API takes, and which stay when the chart goes', async () => {
    const made = (await render(all)).filter(({ kind }) => kind === 'Repository');
    expect(made.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).toEqual(['apps/apps', 'team-a/team']);
    for (const repository of made) {
      expect(repositorySpec.strict().safeParse(repository['spec'])).toMatchObject({ success: true });
      expect(repository.metadata.annotations).toEqual({ 'helm.sh/resource-policy': 'keep' });
    }
    expect(find(await render(all), 'Namespace', 'team-a')?.metadata.annotations).toEqual({
      'helm.sh/resource-policy': 'keep',
    });
  });

  it('E18 E21 reads repositories with the GitHub token or the registry login, each a Secret of its own', async () => {
    const objects = await render(all);
    const secrets = objects.filter(({ kind }) => kind === 'Secret');
    const login = { '.dockerconfigjson': all.containerRegistrySecret.trim() };
    expect(secrets.map(({ metadata: { namespace, name } }) => `${namespace}/${name}`)).toEqual([
      ...['alustan/alustan-github-token', 'alustan/alustan-container-secret'],
      ...['apps/alustan-github-token', 'team-a/alustan-container-secret'],
    ]);
    for (const secret of [secrets[0], secrets[2]]) expect(secret).toMatchObject({ stringData: { token: 'ghp_1' } });
    for (const secret of [secrets[1], secrets[3]])
      expect(secret).toMatchObject({ type: 'kubernetes.io/dockerconfigjson', data: login });
    const read = objects.filter(({ kind }) => kind === 'Repository').map(({ spec }) => (spec as Spec).secretRef?.name);
    expect(read).toEqual(['alustan-github-token', 'alustan-container-secret']);
  });

  it('E18 puts the token where a repository asks for it by name', async () => {
    const repository = {
      name: 'ours',
      url: 'https://github.example.com/a/b',
      secretRef: { name: 'alustan-github-token' },
    };
    expect(tokens(await render({ githubToken: base64('ghp_1'), repositories: [repository] }))).toEqual([
      'alustan',
      'ours',
    ]);
  });

  it('E18 gives the token to nobody but github.com, and to none that names its own Secret', async () => {
    const own = { name: 'own', url: 'https://github.com/acme/own', secretRef: { name: 'mine' } };
    const other = { name: 'other', url: 'https://github.com.example.com/acme/apps' };
    const objects = await render({ githubToken: base64('ghp_1'), repositories: [own, other] });
    expect(tokens(objects)).toEqual(['alustan']);
    expect(find(objects, 'Repository', 'own')).toMatchObject({ spec: { secretRef: { name: 'mine' } } });
    expect(find(objects, 'Repository', 'other')).not.toMatchObject({ spec: { secretRef: expect.anything() } });
  });

  it('E16 brings the secret of webhooks by a file, and only where there is one', async () => {
    const [, pod] = podSpecs(await render(all)).find(([name]) => name === 'alustan-controller') ?? [];
    expect(JSON.stringify(pod)).toContain('--github-webhook-secret-file=/secrets/github-webhook/secret');
    expect(JSON.stringify(pod)).toContain('"secretName":"webhook"');
    expect(JSON.stringify(podSpecs(await render()))).not.toContain('github-webhook');
  });

  it('keeps one replica when nodes are drained, where there are several', async () => {
    expect(find(await render({ replicas: 2 }), 'PodDisruptionBudget', 'alustan-controller')).toBeDefined();
    expect(find(await render(), 'PodDisruptionBudget', 'alustan-controller')).toBeUndefined();
  });

  it('makes no hook without rights to run it', async () => {
    const objects = await render({ rbac: { create: false } });
    expect(objects.filter(({ kind }) => kind === 'Job' || kind.endsWith('Role'))).toEqual([]);
  });

  it.each([
    [{ replicas: 'two' }, /'\/replicas': got string, want integer/],
    [{ replica: 2 }, /additional properties 'replica' not allowed/],
    [{ image: { pullPolicy: 'Sometimes' } }, /'\/image\/pullPolicy': value must be one of/],
    [{ service: { syncInterval: '5 minutes' } }, /'\/service\/syncInterval': .* does not match pattern/],
    [{ repositories: [{ name: 'apps' }] }, /'\/repositories\/0': missing property 'url'/],
    [{ repositories: [{ name: 'My_apps', url: 'x' }] }, /'\/repositories\/0\/name': .* does not match pattern/],
    [{ repositories: [{ name: 'a', url: 'x', branch: 'main' }] }, /additional properties 'branch' not allowed/],
    [{ githubToken: '$ecret' }, /'\/githubToken': .* does not match pattern/],
    [{ containerRegistrySecret: base64('no json') }, /containerRegistrySecret: must be a Docker config\.json/],
    [{ containerRegistrySecret: base64('{"credsStore":"desktop"}') }, /containerRegistrySecret: must be/],
  ])('refuses %j by its name', async (values, words) => {
    await expect(render(values)).rejects.toThrow(words);
  });

  it('has a meaning for every value', async () => {
    const schema = JSON.parse(
      await readFile(new URL('../../charts/alustan/values.schema.json', import.meta.url), 'utf8'),
    );
    const file = parse(await readFile(new URL('../../charts/alustan/values.yaml', import.meta.url), 'utf8'));
    expect(Object.keys(file)).toEqual(Object.keys(schema.properties).filter((name) => name !== 'global'));
    expect(undescribed('', schema)).toEqual([]);
  });
});

/** Namespaces that have the token. */
function tokens(objects: readonly KubeObject[]): (string | undefined)[] {
  const secrets = objects.filter(({ metadata }) => metadata.name === 'alustan-github-token');
  return secrets.map(({ metadata }) => metadata.namespace);
}

type Spec = { secretRef?: { name: string } };
type Schema = { description?: string; default?: unknown; properties?: Record<string, Schema> };

function undescribed(path: string, { description = '', default: standard, properties = {} }: Schema): string[] {
  if (standard !== undefined) return description === '' ? [path] : [];
  return Object.entries(properties).flatMap(([name, inner]) => undescribed(`${path}.${name}`, inner));
}
