import { expect, it } from 'vitest';
import { KubeError } from '../kube/client.ts';
import { failureOf } from './failure.ts';

it.each([
  [403, 'may not', 'invalid', 'Forbidden'],
  [403, 'namespace x is being terminated', 'waiting', 'NamespaceTerminating'],
  [403, 'jobs.batch "a" is forbidden: exceeded quota: q, requested: count/jobs.batch=1', 'transient', 'QuotaExceeded'],
  [422, 'invalid', 'invalid', 'Rejected'],
  [413, 'too large', 'invalid', 'Rejected'],
  [
    500,
    'failed to create typed patch object (x/b; v1, Kind=ConfigMap): .data.a: expected string',
    'invalid',
    'Rejected',
  ],
  [500, 'etcdserver: leader changed', 'transient', 'ApiServerUnavailable'],
  [409, 'changed', 'transient', 'Conflict'],
  [409, 'cannot be fulfilled on secrets "a": the object has been modified', 'transient', 'ObjectChanged'],
  [0, 'connection refused', 'transient', 'ApiServerUnavailable'],
])('E34 an answer %i "%s" is %s', (status, message, kind, reason) => {
  const failure = failureOf(new KubeError(status, 'Reason', message), 'applying ConfigMap b');
  expect(failure).toMatchObject({ kind, reason, message: `applying ConfigMap b: ${message}` });
});

it.each([
  [
    'jobs.batch is forbidden: User "system:serviceaccount:shop:team" cannot create resource "jobs" in API group "batch" in the namespace "shop"',
    'grant ServiceAccount shop/team the right to create jobs.batch, or name another in spec.serviceAccountName',
  ],
  [
    'serviceaccounts "team" is forbidden: User "system:serviceaccount:alustan:c" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "shop"',
    'the controller may not act as ServiceAccount shop/team: an administrator adds "team" to rbac.serviceAccounts of the chart',
  ],
])('E33 an account that is refused is told with its remedy: %s', (answer, remedy) => {
  const error = new KubeError(403, 'Forbidden', answer);
  const account = { namespace: 'shop', serviceAccount: 'team' };
  expect(failureOf(error, 'creating the Job a', account).message).toContain(`creating the Job a: ${answer}; ${remedy}`);
  expect(failureOf(error, 'creating the Job a').message).toBe(`creating the Job a: ${answer}`);
});

it('what is forbidden is tried again every minute: nothing rings when rights are granted', () => {
  const { retryAfterMs } = failureOf(new KubeError(403, 'Forbidden', 'may not'), 'creating the Job a');
  expect(retryAfterMs).toBe(60_000);
});
