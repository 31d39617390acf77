import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Answer } from './client.ts';
import { type Context, uniqueName } from './context.ts';

const group = 'rbac.authorization.k8s.io';
const configMaps = { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] };
const secrets = { apiGroups: [''], resources: ['secrets', 'configmaps'], verbs: ['get', 'watch'] };
const access = { apiGroups: [group], resources: ['roles', 'rolebindings'], verbs: ['create', 'patch', 'get'] };

/** What the parts share: who asks, and how. */
function shared(context: Context) {
  const bob = uniqueName('bob');
  const path = (plural: string): string => `/apis/${group}/v1/namespaces/${context.namespace}/${plural}`;
  const asBob = { 'Impersonate-User': bob };
  return {
    bob,
    path,
    asBob,
    names: { manager: uniqueName('manager'), secrets: uniqueName('secrets') },
    role: (name: string, ...rules: unknown[]) => ({ kind: 'Role', metadata: { name }, rules }),
    binding: (kind: string, name: string) => ({
      kind: 'RoleBinding',
      metadata: { name: uniqueName('binding') },
      roleRef: { apiGroup: group, kind, name },
      subjects: [{ kind: 'User', name: bob, apiGroup: group }],
    }),
    post: (body: { kind: string }, headers: Record<string, string> = asBob) =>
      context.client.post(path(`${body.kind.toLowerCase()}s`), { apiVersion: `${group}/v1`, ...body }, { headers }),
    refused: ({ status, body }: Answer): unknown[] => [status, String(body['message']).replace(/^.*forbidden: /, '')],
    lacks: (...lines: string[]): unknown[] => [
      403,
      `user "${bob}" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n${lines.join('\n')}`,
    ],
  };
}

type Shared = ReturnType<typeof shared>;

const missing = [
  '{APIGroups:[""], Resources:["configmaps"], Verbs:["watch"]}',
  '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "watch"]}',
];

/** Nobody gives away what they do not have: roles, bindings, and the verbs `escalate` and `bind`. */
export function escalationContract(context: Context): void {
  describe('RBAC escalation', () => {
    const help = shared(context);
    const { names, role, binding, post } = help;
    beforeAll(async () => {
      await post(role(names.manager, configMaps, access), {});
      await post(role(names.secrets, secrets), {});
      await post(binding('Role', names.manager), {});
      const made = async () => expect((await post(role(uniqueName('ready')))).status).toBe(201);
      await vi.waitFor(made, { timeout: 5_000 });
    });

    roleTests(context, help);
    bindingTests(help);
  });
}

function roleTests(context: Context, { names, path, asBob, role, post, refused, lacks }: Shared): void {
  it('a role gives what its maker has', async () => {
    expect((await post(role(uniqueName('own'), configMaps))).status).toBe(201);
  });

  it('a role gives nothing else, and the refusal lists it', async () => {
    expect(refused(await post(role(uniqueName('more'), secrets)))).toEqual(lacks(...missing));
  });

  it('a role does not grow beyond it', async () => {
    const body = { rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] };
    const options = { body, type: 'application/merge-patch+json', headers: asBob };
    const answer = await context.client.send('PATCH', `${path('roles')}/${names.manager}`, options);
    expect(refused(answer)).toEqual(lacks('{APIGroups:["*"], Resources:["*"], Verbs:["*"]}'));
  });
}

function bindingTests({ names, role, binding, post, refused, lacks }: Shared): void {
  it('a binding gives nothing else either', async () => {
    expect(refused(await post(binding('Role', names.secrets)))).toEqual(lacks(...missing));
    const admin = ['{APIGroups:["*"], Resources:["*"], Verbs:["*"]}', '{NonResourceURLs:["*"], Verbs:["*"]}'];
    expect(refused(await post(binding('ClusterRole', 'cluster-admin')))).toEqual(lacks(...admin));
  });

  it('a binding to a role that is not there needs an administrator', async () => {
    expect((await post(binding('Role', 'absent'))).status).toBe(404);
    expect((await post(binding('Role', 'absent'), {})).status).toBe(201);
  });

  it('who may bind or escalate is not asked', async () => {
    const may = { apiGroups: [group], resources: ['roles'], verbs: ['bind', 'escalate'] };
    const name = uniqueName('may');
    await post(role(name, may), {});
    await post(binding('Role', name), {});
    const bound = (): Promise<number> => post(binding('Role', names.secrets)).then(({ status }) => status);
    await expect.poll(bound, { timeout: 5_000 }).toBe(201);
    expect((await post(role(uniqueName('more'), secrets))).status).toBe(201);
  });
}
