import type { Account } from '../state.ts';
import { type Addresses, nodeId } from './address.ts';

const below = ['followers', 'subscriptions', 'repos', 'received_events'];

/** A `simple-user`. */
export function accountShape(at: Addresses, { id, login, type }: Account) {
  const url = `${at.api}/users/${encodeURIComponent(login)}`;
  return {
    login,
    id,
    node_id: nodeId('User', id),
    avatar_url: `${at.web}/avatar/${id}`,
    gravatar_id: '',
    url,
    html_url: `${at.web}/${encodeURIComponent(login)}`,
    ...Object.fromEntries(below.map((name) => [`${name}_url`, `${url}/${name}`])),
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    organizations_url: `${url}/orgs`,
    events_url: `${url}/events{/privacy}`,
    type,
    site_admin: false,
    user_view_type: 'public',
  };
}

/** What `GET /user` says of the caller. */
export function viewerShape(at: Addresses, account: Account, time: string) {
  const unsaid = { bio: null, blog: null, company: null, email: null, hireable: null, location: null, name: null };
  const counts = { followers: 0, following: 0, public_gists: 0, public_repos: 0 };
  return { ...accountShape(at, account), ...unsaid, ...counts, created_at: time, updated_at: time };
}
