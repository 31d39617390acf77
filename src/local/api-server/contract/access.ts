import { beforeAll, describe, expect, it } from 'vitest';
import { dig, textOf } from '../object.ts';
import { type Context, configMap, corePath, uniqueName } from './context.ts';

/** What the parts share: names and paths. */
function shared(context: Context) {
  const account = uniqueName('robot');
  const core = (plural: string, name = ''): string => corePath(context.namespace, plural, name);
  const user = (): string => `system:serviceaccount:${context.namespace}:${account}`;
  const token = async (): Promise<string> => {
    const { body } = await context.client.post(`${core('serviceaccounts', account)}/token`, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: 600 },
    });
    return textOf(dig(body, 'status', 'token'));
  };
  return { account, core, user, token };
}

type Shared = ReturnType<typeof shared>;

/** Who may do what: service accounts' tokens, roles, impersonation, reviews. */
export function accessContract(context: Context): void {
  const help = shared(context);
  describe('access', () => {
    const { account, core } = help;
    beforeAll(async () => {
      await context.client.post(core('serviceaccounts'), {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: account },
      });
    });

    accessTests1(context, help);
    accessTests2(context, help);
  });
}

function accessTests1(context: Context, { account, core, user, token }: Shared): void {
  it('a service account has none to begin with', async () => {
    const { status, body } = await context.client.get(core('secrets'), { token: await token() });
    expect([status, body['message']]).toEqual([
      403,
      `secrets is forbidden: User "${user()}" cannot list resource "secrets" in API group "" in the namespace "${context.namespace}"`,
    ]);
  });

  it('a RoleBinding gives what its role says, and no more', async () => {
    const roles = `/apis/rbac.authorization.k8s.io/v1/namespaces/${context.namespace}`;
    const name = uniqueName('reader');
    const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }];
    await context.client.post(`${roles}/roles`, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name },
      rules,
    });
    await context.client.post(`${roles}/rolebindings`, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name: account, namespace: context.namespace }],
    });
    const bearer = await token();
    const list = async (): Promise<number> => (await context.client.get(core('configmaps'), { token: bearer })).status;
    await expect.poll(list, { timeout: 5_000 }).toBe(200);
    expect((await context.client.post(core('configmaps'), configMap('no'), { token: bearer })).status).toBe(403);
    expect((await context.client.get(corePath('default', 'configmaps'), { token: bearer })).status).toBe(403);
  });

  it('impersonation acts as another user', async () => {
    const headers = { 'Impersonate-User': user() };
    expect((await context.client.get(core('configmaps'), { headers })).status).toBe(200);
    expect((await context.client.get(core('secrets'), { headers })).status).toBe(403);
    const bearer = await token();
    const upward = { 'Impersonate-User': 'root', 'Impersonate-Group': 'system:masters' };
    const refused = await context.client.get(core('secrets'), { headers: upward, token: bearer });
    expect([refused.status, refused.body['message']]).toEqual([
      403,
      `users "root" is forbidden: User "${user()}" cannot impersonate resource "users" in API group "" at the cluster scope`,
    ]);
  });
}

function accessTests2(context: Context, { user, token }: Shared): void {
  it.each([
    ['configmaps', true],
    ['secrets', false],
  ])('an access review says what holds: %s', async (resource, allowed) => {
    const review = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { namespace: context.namespace, verb: 'list', resource } },
    };
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    const { status, body } = await context.client.post(path, review, { token: await token() });
    expect([status, dig(body, 'status', 'allowed')]).toEqual([201, allowed]);
  });

  it('a token says who it stands for', async () => {
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    const { body } = await context.client.post(path, review, { token: await token() });
    expect(dig(body, 'status', 'userInfo')).toMatchObject({
      username: user(),
      groups: ['system:serviceaccounts', `system:serviceaccounts:${context.namespace}`, 'system:authenticated'],
    });
  });
}
