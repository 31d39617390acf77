import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Answer } from './client.ts';
import { type Context, uniqueName } from './context.ts';

const group = 'rbac.authorization.k8s.io';
const configMaps = { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] };
const secrets = { apiGroups: [''], resources: ['secrets', 'configmaps'], verbs: ['get', 'watch'] };
const access = { apiGroups: [group], resources: ['roles', 'rolebindings'], verbs: ['create', 'patch', 'get'] };

/** Nobody gives away what they do not have: roles, bindings, and the verbs `escalate` and `bind`. */
export function escalationContract(context: Context): void {
  describe('RBAC escalation', () => {
    const bob = uniqueName('bob');
    const names = { manager: uniqueName('manager'), secrets: uniqueName('secrets') };
    const path = (plural: string): string => `/apis/${group}/v1/namespaces/${context.namespace}/${plural}`;
    const role = (name: string, ...rules: unknown[]) => ({ kind: 'Role', metadata: { name }, rules });
    const binding = (kind: string, name: string) => ({
      kind: 'RoleBinding',
      metadata: { name: uniqueName('binding') },
      roleRef: { apiGroup: group, kind, name },
      subjects: [{ kind: 'User', name: bob, apiGroup: group }],
    });
    const post = (body: { kind: string }, headers: Record<string, string> = { 'Impersonate-User': bob }) =>
      context.client.post(path(`${body.kind.toLowerCase()}s`), { apiVersion: `${group}/v1`, ...body }, { headers });
    const refused = ({ status, body }: Answer): unknown[] => [
      status,
      String(body['message']).replace(/^.*forbidden: /, ''),
    ];
    const lacks = (...lines: string[]): unknown[] => [
      403,
      `user "${bob}" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n${lines.join('\n')}`,
    ];
    const missing = [
      '{APIGroups:[""], Resources:["configmaps"], Verbs:["watch"]}',
      '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "watch"]}',
    ];

    beforeAll(async () => {
      await post(role(names.manager, configMaps, access), {});
      await post(role(names.secrets, secrets), {});
      await post(binding('Role', names.manager), {});
      const made = async () => expect((await post(role(uniqueName('ready')))).status).toBe(201);
      await vi.waitFor(made, { timeout: 5_000 });
    });

    it('a role gives what its maker has', async () => {
      expect((await post(role(uniqueName('own'), configMaps))).status).toBe(201);
    });

    it('a role gives nothing else, and the refusal lists it', async () => {
      expect(refused(await post(role(uniqueName('more'), secrets)))).toEqual(lacks(...missing));
    });

    it('a role does not grow beyond it', async () => {
      const body = { rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] };
      const type = 'application/merge-patch+json';
      const headers = { 'Impersonate-User': bob };
      const answer = await context.client.send('PATCH', `${path('roles')}/${names.manager}`, { body, type, headers });
      expect(refused(answer)).toEqual(lacks('{APIGroups:["*"], Resources:["*"], Verbs:["*"]}'));
    });

    it('a binding neither', async () => {
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
  });
}
