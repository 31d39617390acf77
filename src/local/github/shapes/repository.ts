import type { Account, Repository } from '../state.ts';
import { accountShape } from './account.ts';
import { type Addresses, nodeId, repoApi, repoPage } from './address.ts';

/** Fields that are addresses, and what follows the repository's own. */
const addresses: Readonly<Record<string, string>> = {
  archive_url: '/{archive_format}{/ref}',
  assignees_url: '/assignees{/user}',
  blobs_url: '/git/blobs{/sha}',
  branches_url: '/branches{/branch}',
  collaborators_url: '/collaborators{/collaborator}',
  comments_url: '/comments{/number}',
  commits_url: '/commits{/sha}',
  compare_url: '/compare/{base}...{head}',
  contents_url: '/contents/{+path}',
  contributors_url: '/contributors',
  deployments_url: '/deployments',
  downloads_url: '/downloads',
  events_url: '/events',
  forks_url: '/forks',
  git_commits_url: '/git/commits{/sha}',
  git_refs_url: '/git/refs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  hooks_url: '/hooks',
  issue_comment_url: '/issues/comments{/number}',
  issue_events_url: '/issues/events{/number}',
  issues_url: '/issues{/number}',
  keys_url: '/keys{/key_id}',
  labels_url: '/labels{/name}',
  languages_url: '/languages',
  merges_url: '/merges',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  pulls_url: '/pulls{/number}',
  releases_url: '/releases{/id}',
  stargazers_url: '/stargazers',
  statuses_url: '/statuses/{sha}',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  tags_url: '/tags',
  teams_url: '/teams',
  trees_url: '/git/trees{/sha}',
};

const counts = { forks: 0, forks_count: 0, size: 1, stargazers_count: 0, watchers: 0, watchers_count: 0 };
const abilities = { has_downloads: true, has_issues: true, has_projects: false, has_wiki: false, has_pages: false };
const nothing = { description: null, homepage: null, language: null, mirror_url: null, license: null };

/** A `repository`; of a fork, as its owner's. */
export function repositoryShape(at: Addresses, repository: Repository, owner: Account, fork = false) {
  const { name, createdAt } = repository;
  // A fork is a repository of its own; its id must differ, and only that.
  const id = fork ? repository.id * 1_000_000 + owner.id : repository.id;
  const own = { ...repository, owner: owner.login };
  const [url, page, git] = [repoApi(at, own), repoPage(at, own), `${at.web}/git/${owner.login}/${name}.git`];
  const open = repository.pulls.filter((pull) => pull.state === 'open').length;
  return {
    id,
    node_id: nodeId('Repository', id),
    name,
    full_name: `${owner.login}/${name}`,
    private: false,
    owner: accountShape(at, owner),
    html_url: page,
    fork,
    url,
    ...Object.fromEntries(Object.entries(addresses).map(([field, path]) => [field, `${url}${path}`])),
    ...nothing,
    ...counts,
    ...abilities,
    open_issues: open,
    open_issues_count: open,
    clone_url: git,
    git_url: git,
    ssh_url: git,
    svn_url: page,
    default_branch: 'main',
    archived: false,
    disabled: false,
    visibility: 'public',
    created_at: createdAt,
    updated_at: createdAt,
    pushed_at: createdAt,
  };
}

/** A `full-repository`. */
export function fullRepositoryShape(at: Addresses, repository: Repository, owner: Account) {
  return { ...repositoryShape(at, repository, owner), network_count: 0, subscribers_count: 0, has_discussions: false };
}
