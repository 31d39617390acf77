import type { Comment, Deployment, DeploymentStatus, Repository, Status } from '../state.ts';
import type { World } from '../world.ts';
import { accountShape } from './account.ts';
import { type Addresses, nodeId, repoApi, repoPage } from './address.ts';

/** An `issue-comment`. */
export function commentShape(at: Addresses, world: World, repository: Repository, comment: Comment) {
  const { id, issue, author, body, createdAt, updatedAt } = comment;
  const url = `${repoApi(at, repository)}/issues/comments/${id}`;
  return {
    id,
    node_id: nodeId('IssueComment', id),
    url,
    issue_url: `${repoApi(at, repository)}/issues/${issue}`,
    html_url: `${repoPage(at, repository)}/pull/${issue}#issuecomment-${id}`,
    user: accountShape(at, world.account(author)),
    body,
    author_association: 'NONE',
    created_at: createdAt,
    updated_at: updatedAt,
    performed_via_github_app: null,
  };
}

/** A `status`. */
export function statusShape(at: Addresses, world: World, repository: Repository, status: Status) {
  const { id, sha, context, state, description, targetUrl, author, createdAt } = status;
  const creator = accountShape(at, world.account(author));
  const url = `${repoApi(at, repository)}/statuses/${sha}`;
  return {
    url,
    avatar_url: creator.avatar_url,
    id,
    node_id: nodeId('StatusContext', id),
    state,
    description,
    target_url: targetUrl,
    context,
    created_at: createdAt,
    updated_at: createdAt,
    creator,
  };
}

/** A `deployment`. */
export function deploymentShape(at: Addresses, world: World, repository: Repository, deployment: Deployment) {
  const { id, sha, ref, environment, description, author, createdAt } = deployment;
  const api = repoApi(at, repository);
  const url = `${api}/deployments/${id}`;
  return {
    url,
    id,
    node_id: nodeId('Deployment', id),
    sha,
    ref,
    task: 'deploy',
    payload: {},
    environment,
    description,
    original_environment: environment,
    creator: accountShape(at, world.account(author)),
    created_at: createdAt,
    updated_at: createdAt,
    statuses_url: `${url}/statuses`,
    repository_url: api,
    transient_environment: true,
    production_environment: false,
  };
}

/** A `deployment-status`. */
export function deploymentStatusShape(
  at: Addresses,
  world: World,
  repository: Repository,
  deployment: Deployment,
  status: DeploymentStatus,
) {
  const { id, state, description, environmentUrl: environment_url, author, createdAt } = status;
  const api = repoApi(at, repository);
  const deployment_url = `${api}/deployments/${deployment.id}`;
  return {
    url: `${deployment_url}/statuses/${id}`,
    id,
    node_id: nodeId('DeploymentStatus', id),
    state,
    description,
    creator: accountShape(at, world.account(author)),
    environment: deployment.environment,
    environment_url,
    target_url: '',
    log_url: '',
    created_at: createdAt,
    updated_at: createdAt,
    deployment_url,
    repository_url: api,
  };
}
