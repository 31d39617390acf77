import { describe, expect, it } from 'vitest';
import { FakeClock } from '../core/fake-clock.ts';
import { KubeError } from '../kube/client.ts';
import { type AccountSettings, RunnerAccounts } from './runner-account.ts';
import { FakeApi } from './testing.ts';

const settings: AccountSettings = {
  name: 'alustan-runner',
  clusterRole: 'runners',
  autoProvision: true,
  controllerNamespace: 'alustan',
  controllerAccount: { namespace: 'alustan', serviceAccount: 'alustan-controller' },
};
const inShop = { namespace: 'shop', serviceAccount: 'alustan-runner' };
const made = ['RoleBinding shop/alustan-runner', 'ServiceAccount shop/alustan-runner'];

function setUp(more: Partial<AccountSettings> = {}) {
  const api = new FakeApi();
  return { api, accounts: new RunnerAccounts(api.client(), { ...settings, ...more }) };
}

const there = (api: FakeApi) => [...api.objects.keys()].sort();
const messageOf = async (answer: ReturnType<RunnerAccounts['ensure']>) => {
  const result = await answer;
  return result.ok ? 'ok' : `${result.failure.kind} ${result.failure.reason}: ${result.failure.message}`;
};

describe('E33 the account of runners', () => {
  it('is made once a namespace, bound to its role there only, and again when the namespace is made anew', async () => {
    const { api, accounts } = setUp();
    await Promise.all([accounts.ensure(inShop), accounts.ensure(inShop)]);
    expect(there(api)).toEqual(made);
    expect(api.objects.get('RoleBinding shop/alustan-runner')).toMatchObject({
      roleRef: { kind: 'ClusterRole', name: 'runners' },
      subjects: [{ kind: 'ServiceAccount', name: 'alustan-runner', namespace: 'shop' }],
    });
    expect(api.requests).toHaveLength(3);
    api.objects.clear();
    accounts.forget('shop');
    await accounts.ensure(inShop);
    expect(there(api)).toEqual(made);
  });

  it('that an administrator has made is left as it is, and gets no binding of ours', async () => {
    const { api, accounts } = setUp();
    api.put({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: 'shop', name: 'alustan-runner' } });
    expect(await accounts.ensure(inShop)).toEqual({ ok: true, value: undefined });
    expect(api.requests.map(({ verb }) => verb)).toEqual(['get']);
  });

  it('is whole after a crash at any request', async () => {
    for (let survived = 0; survived < 3; survived += 1) {
      const { api, accounts } = setUp();
      api.dieAfter = survived;
      await expect(accounts.ensure(inShop)).rejects.toThrow('the process is gone');
      api.dieAfter = Number.POSITIVE_INFINITY;
      await accounts.ensure(inShop);
      expect(there(api)).toEqual(made);
    }
  });

  it('is asked for again after a failure', async () => {
    const { api, accounts } = setUp();
    api.error = new KubeError(503, 'ServiceUnavailable', 'later');
    await expect(accounts.ensure(inShop)).rejects.toThrow('later');
    api.error = undefined;
    expect(await accounts.ensure(inShop)).toMatchObject({ ok: true });
  });

  it('whose role may not be bound is told, with the value that names the role', async () => {
    const { api, accounts } = setUp();
    const client = api.client();
    const refuse = () => Promise.reject(new KubeError(403, 'Forbidden', 'not currently held'));
    const refused = new RunnerAccounts({ ...client, create: refuse }, settings);
    expect(await messageOf(refused.ensure(inShop))).toBe(
      'invalid Forbidden: making the ServiceAccount alustan-runner with ClusterRole runners (runner.clusterRole) in ' +
        'namespace shop: not currently held',
    );
    expect(await messageOf(accounts.ensure(inShop))).toBe('ok');
  });

  it('is waited for, with the commands that make it, where the installation makes none', async () => {
    const { api, accounts } = setUp({ autoProvision: false });
    expect(await messageOf(accounts.ensure(inShop))).toBe(
      'waiting AccountNotFound: there is no ServiceAccount alustan-runner in namespace shop, and this installation makes ' +
        'none (runner.autoProvision): kubectl create serviceaccount alustan-runner -n shop && kubectl create rolebinding ' +
        'alustan-runner -n shop --clusterrole=runners --serviceaccount=shop:alustan-runner; or name another in ' +
        'spec.serviceAccountName',
    );
    expect(api.objects.size).toBe(0);
    api.put({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: 'shop', name: 'alustan-runner' } });
    expect(await messageOf(accounts.ensure(inShop))).toBe('ok');
  });

  it('is never made in the namespace of the controller, where cluster Secrets lie', async () => {
    const { api, accounts } = setUp();
    const answer = await messageOf(accounts.ensure({ ...inShop, namespace: 'alustan' }));
    expect(answer).toContain('none is made in the namespace of the controller, where it could read cluster Secrets');
    expect(api.objects.size).toBe(0);
  });
});

describe('E33 another account', () => {
  const teamA = { namespace: 'shop', serviceAccount: 'team-a' };
  const object = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: 'shop', name: 'team-a' } };

  it('is its administrator’s: it is looked for once a minute, and nothing is made', async () => {
    const clock = new FakeClock();
    const { api } = setUp();
    const accounts = new RunnerAccounts(api.client(), settings, clock);
    const said =
      'invalid AccountNotFound: spec.serviceAccountName: there is no ServiceAccount team-a in namespace shop: kubectl ' +
      'create serviceaccount team-a -n shop, and bind a role to it; or name another, or none for the default';
    expect([await messageOf(accounts.ensure(teamA)), there(api)]).toEqual([said, []]);
    api.put(object);
    expect(await messageOf(accounts.ensure(teamA))).toBe('ok');
    api.objects.clear();
    expect([await messageOf(accounts.ensure(teamA)), api.requests.length]).toEqual(['ok', 2]);
    await clock.advance(60_000);
    expect(await messageOf(accounts.ensure(teamA))).toBe(said);
    api.put(object);
    await accounts.ensure(teamA);
    api.objects.clear();
    accounts.forget('shop');
    expect(await messageOf(accounts.ensure(teamA))).toBe(said);
  });

  it('that we may not see is refused by the first request that acts as it', async () => {
    const { api, accounts } = setUp();
    api.error = new KubeError(403, 'Forbidden', 'cannot get resource "serviceaccounts"');
    expect(await messageOf(accounts.ensure(teamA))).toBe('ok');
    api.error = new KubeError(503, 'ServiceUnavailable', 'later');
    await expect(accounts.ensure({ ...teamA, namespace: 'other' })).rejects.toThrow('later');
  });

  it.each([
    ['alustan', 'invalid AccountNotAllowed: spec.serviceAccountName: alustan/alustan-controller is the account of the'],
    ['shop', 'ok'],
  ])('of the controller’s name in namespace %s: %s', async (namespace, said) => {
    const { api, accounts } = setUp();
    api.put({ ...object, metadata: { namespace, name: 'alustan-controller' } });
    const answer = await messageOf(accounts.ensure({ namespace, serviceAccount: 'alustan-controller' }));
    expect(answer).toContain(said);
  });
});
