import type { AppRegistration } from '../logins.ts';
import type { Account } from '../state.ts';
import { accountShape } from './account.ts';
import { type Addresses, nodeId } from './address.ts';

const permissions = {
  contents: 'read',
  deployments: 'write',
  metadata: 'read',
  pull_requests: 'write',
  statuses: 'write',
};
const events = ['issue_comment', 'pull_request', 'push'];

/** An `integration`: the App itself. */
export function appShape(at: Addresses, { appId, slug }: AppRegistration, owner: Account, time: string) {
  const id = Number(appId);
  return {
    id,
    slug,
    node_id: nodeId('App', id),
    client_id: `Iv1.${appId}`,
    owner: accountShape(at, owner),
    name: slug,
    description: '',
    external_url: at.web,
    html_url: `${at.web}/apps/${slug}`,
    permissions,
    events,
    created_at: time,
    updated_at: time,
  };
}

/** An `installation` of the App. */
export function installationShape(at: Addresses, app: AppRegistration, owner: Account, time: string) {
  const { installationId: id, appId, slug } = app;
  return {
    id,
    app_id: Number(appId),
    app_slug: slug,
    client_id: `Iv1.${appId}`,
    account: accountShape(at, owner),
    target_id: owner.id,
    target_type: owner.type,
    repository_selection: 'all',
    single_file_name: null,
    access_tokens_url: `${at.api}/app/installations/${id}/access_tokens`,
    permissions,
    events,
    repositories_url: `${at.api}/installation/repositories`,
    html_url: `${at.web}/installations/${id}`,
    created_at: time,
    updated_at: time,
    suspended_at: null,
    suspended_by: null,
  };
}

export function installationTokenShape({ token, expiresAt }: { token: string; expiresAt: string }) {
  return { token, expires_at: expiresAt, permissions, repository_selection: 'all' };
}
