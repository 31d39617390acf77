import type { Pull, Repository } from '../state.ts';
import type { World } from '../world.ts';
import { accountShape } from './account.ts';
import { type Addresses, nodeId, repoApi, repoPage } from './address.ts';
import { repositoryShape } from './repository.ts';

/** A `pull-request-simple`: what lists hold. */
export function pullShape(at: Addresses, world: World, repository: Repository, pull: Pull) {
  const { id, number, title, state, draft, authorAssociation: author_association } = pull;
  const url = `${repoApi(at, repository)}/pulls/${number}`;
  const page = `${repoPage(at, repository)}/pull/${number}`;
  return {
    url,
    id,
    node_id: nodeId('PullRequest', id),
    html_url: page,
    number,
    state,
    locked: false,
    title,
    draft,
    ...addressesOf(url, page, repoApi(at, repository), pull),
    user: accountShape(at, world.account(pull.author)),
    body: null,
    author_association,
    labels: pull.labels.map((name) => labelShape(at, repository, name)),
    milestone: null,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    auto_merge: null,
    merge_commit_sha: pull.head.sha,
    active_lock_reason: null,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt ?? null,
    merged_at: pull.mergedAt ?? null,
    head: endShape(at, world, repository, pull.head.owner, pull.head, pull.head.fork),
    base: endShape(at, world, repository, repository.owner, pull.base, false),
  };
}

/** A `pull-request`: one by its number. */
export function fullPullShape(at: Addresses, world: World, repository: Repository, pull: Pull) {
  const comments = repository.comments.filter((each) => each.issue === pull.number).length;
  const merged = pull.mergedAt !== undefined;
  return {
    ...pullShape(at, world, repository, pull),
    merged,
    mergeable: null,
    mergeable_state: 'unknown',
    rebaseable: null,
    maintainer_can_modify: false,
    merged_by: merged ? accountShape(at, world.account(repository.owner)) : null,
    comments,
    review_comments: 0,
    commits: 1,
    additions: 1,
    deletions: 0,
    changed_files: pull.files.length,
  };
}

/** A `diff-entry`. */
export function fileShape(at: Addresses, repository: Repository, pull: Pull, filename: string) {
  const [page, api] = [repoPage(at, repository), repoApi(at, repository)];
  const path = encodeURI(filename);
  return {
    sha: pull.head.sha,
    filename,
    status: 'modified',
    additions: 1,
    deletions: 0,
    changes: 1,
    blob_url: `${page}/blob/${pull.head.sha}/${path}`,
    raw_url: `${page}/raw/${pull.head.sha}/${path}`,
    contents_url: `${api}/contents/${path}?ref=${pull.head.sha}`,
  };
}

export function labelShape(at: Addresses, repository: Repository, name: string) {
  const id = [...name].reduce((sum, char) => (sum * 31 + (char.codePointAt(0) ?? 0)) % 1_000_000, 7);
  const url = `${repoApi(at, repository)}/labels/${encodeURIComponent(name)}`;
  return { id, node_id: nodeId('Label', id), url, name, color: 'ededed', default: false, description: '' };
}

function addressesOf(url: string, page: string, api: string, { number, head }: Pull) {
  const issue = `${api}/issues/${number}`;
  const links = {
    self: url,
    html: page,
    issue,
    comments: `${issue}/comments`,
    review_comments: `${url}/comments`,
    review_comment: `${api}/pulls/comments{/number}`,
    commits: `${url}/commits`,
    statuses: `${api}/statuses/${head.sha}`,
  };
  return {
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: issue,
    commits_url: links.commits,
    review_comments_url: links.review_comments,
    review_comment_url: links.review_comment,
    comments_url: links.comments,
    statuses_url: links.statuses,
    _links: Object.fromEntries(Object.entries(links).map(([name, href]) => [name, { href }])),
  };
}

function endShape(
  at: Addresses,
  world: World,
  repository: Repository,
  owner: string,
  { ref, sha }: { ref: string; sha: string },
  fork: boolean,
) {
  const account = world.account(owner);
  const repo = repositoryShape(at, repository, account, fork);
  return { label: `${owner}:${ref}`, ref, sha, user: accountShape(at, account), repo };
}
