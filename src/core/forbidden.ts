import type { ActAs } from './plan.ts';

const orAnother = 'or name another in spec.serviceAccountName';

/**
 * What a tenant's account must be allowed, in words; or that we may not act as it.
 *
 * @param what for example `watch Secret in namespace shop`.
 * @param answer the API server's own words.
 * @param verbs that are to be granted.
 */
export function forbidden(account: ActAs, what: string, answer: string, verbs = 'get, list and watch'): string {
  const { namespace, serviceAccount } = account;
  return (
    notImpersonated(account, answer) ??
    `ServiceAccount ${namespace}/${serviceAccount} may not ${what}: grant it ${verbs}, ${orAnother}`
  );
}

/** The remedy for a tenant's account that was refused, behind the API server's own words; undefined where it is not told by them. */
export function accountRemedy(account: ActAs, answer: string): string | undefined {
  const right = / cannot (\w+) resource "([^"]+)" in API group "([^"]*)"/.exec(answer);
  if (right === null) return undefined;
  const [, verb, resource, group] = right;
  const { namespace, serviceAccount } = account;
  return (
    notImpersonated(account, answer) ??
    `grant ServiceAccount ${namespace}/${serviceAccount} the right to ${verb} ${resource}${group === '' ? '' : `.${group}`}, ${orAnother}`
  );
}

function notImpersonated({ namespace, serviceAccount }: ActAs, answer: string): string | undefined {
  if (!/ cannot impersonate /.test(answer)) return undefined;
  const remedy = `an administrator adds "${serviceAccount}" to rbac.serviceAccounts of the chart`;
  return `the controller may not act as ServiceAccount ${namespace}/${serviceAccount}: ${remedy}, ${orAnother}`;
}
