import { type AskedOf, notFound, page, type Reply, refusal, reply, text, writer } from '../reply.ts';
import { commentShape, deploymentShape, deploymentStatusShape, statusShape } from '../shapes/feedback.ts';
import type { Comment } from '../state.ts';
import { pullOf } from './pulls.ts';

const needsLogin = refusal(403, 'Resource not accessible: authentication is required');
/** Characters of one comment that GitHub takes. */
const longest = 65_536;
const statusStates = ['error', 'failure', 'pending', 'success'];
const deploymentStates = ['error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success'];

export function listAllComments(asked: AskedOf): Reply {
  const { url, repository } = asked;
  const field = url.searchParams.get('sort') === 'updated' ? 'updatedAt' : 'createdAt';
  const sign = url.searchParams.get('direction') === 'desc' ? -1 : 1;
  const order = (a: Comment, b: Comment): number =>
    sign * (a[field] < b[field] ? -1 : a[field] > b[field] ? 1 : a.id - b.id);
  return comments(asked, [...repository.comments].sort(order));
}

export function listComments(asked: AskedOf): Reply {
  const pull = pullOf(asked);
  if (pull === undefined) return notFound;
  return comments(
    asked,
    asked.repository.comments.filter((each) => each.issue === pull.number),
  );
}

export function createComment(asked: AskedOf): Reply {
  const { world, at, repository, body } = asked;
  const [pull, author] = [pullOf(asked), writer(asked)];
  if (pull === undefined) return notFound;
  if (author === undefined) return needsLogin;
  const problem = commentProblem(text(body['body']));
  if (problem !== undefined) return problem;
  const made = world.comment(repository, pull.number, author, text(body['body']));
  return reply(commentShape(at, world, repository, made), 201);
}

export function editComment(asked: AskedOf): Reply {
  const { world, at, repository, parts, body } = asked;
  const comment = repository.comments.find((each) => each.id === Number(parts[0]));
  if (comment === undefined) return notFound;
  if (writer(asked) === undefined) return needsLogin;
  const problem = commentProblem(text(body['body']));
  if (problem !== undefined) return problem;
  world.editComment(repository, comment, text(body['body']));
  return reply(commentShape(at, world, repository, comment));
}

export function listStatuses(asked: AskedOf): Reply {
  const { world, at, repository, parts } = asked;
  const newest = repository.statuses.filter((each) => each.sha === parts[0]).reverse();
  return page(
    asked,
    newest.map((each) => statusShape(at, world, repository, each)),
  );
}

export function createStatus(asked: AskedOf): Reply {
  const { world, at, repository, parts, body } = asked;
  const author = writer(asked);
  if (author === undefined) return needsLogin;
  const [state, description] = [text(body['state']), text(body['description'])];
  if (!statusStates.includes(state)) return invalid('state is not one of error, failure, pending, success');
  if ([...description].length > 140) return invalid('description is too long (maximum is 140 characters)');
  const context = text(body['context']) || 'default';
  const targetUrl = text(body['target_url']) || null;
  const made = world.addStatus(repository, { sha: parts[0] ?? '', context, state, description, targetUrl, author });
  return reply(statusShape(at, world, repository, made), 201);
}

export function listDeployments(asked: AskedOf): Reply {
  const { url, world, at, repository } = asked;
  const [sha, environment] = [url.searchParams.get('sha'), url.searchParams.get('environment')];
  const found = repository.deployments.filter(
    (each) => (sha === null || each.sha === sha) && (environment === null || each.environment === environment),
  );
  return page(
    asked,
    found.reverse().map((each) => deploymentShape(at, world, repository, each)),
  );
}

export function createDeployment(asked: AskedOf): Reply {
  const { world, at, repository, body } = asked;
  const author = writer(asked);
  if (author === undefined) return needsLogin;
  const ref = text(body['ref']);
  if (ref === '') return invalid('ref is missing');
  // Without this GitHub refuses while other checks have not passed: our own status among them.
  if (!Array.isArray(body['required_contexts']) || body['required_contexts'].length > 0) {
    return refusal(409, 'Conflict: Commit status checks failed for the ref.');
  }
  const [environment, description] = [text(body['environment']) || 'production', text(body['description'])];
  const made = world.addDeployment(repository, { sha: ref, ref, environment, description, author });
  return reply(deploymentShape(at, world, repository, made), 201);
}

export function listDeploymentStatuses(asked: AskedOf): Reply {
  const { world, at, repository, parts } = asked;
  const deployment = repository.deployments.find((each) => each.id === Number(parts[0]));
  if (deployment === undefined) return notFound;
  const newest = [...deployment.statuses].reverse();
  return page(
    asked,
    newest.map((each) => deploymentStatusShape(at, world, repository, deployment, each)),
  );
}

export function createDeploymentStatus(asked: AskedOf): Reply {
  const { world, at, repository, parts, body } = asked;
  const author = writer(asked);
  const deployment = repository.deployments.find((each) => each.id === Number(parts[0]));
  if (deployment === undefined) return notFound;
  if (author === undefined) return needsLogin;
  const state = text(body['state']);
  if (!deploymentStates.includes(state)) return invalid('state is not one of the known');
  const [description, environmentUrl] = [text(body['description']), text(body['environment_url'])];
  const made = world.addDeploymentStatus(deployment, { state, description, environmentUrl, author });
  return reply(deploymentStatusShape(at, world, repository, deployment, made), 201);
}

function comments(asked: AskedOf, found: readonly Comment[]): Reply {
  const { world, at, repository } = asked;
  return page(
    asked,
    found.map((each) => commentShape(at, world, repository, each)),
  );
}

function commentProblem(body: string): Reply | undefined {
  if (body === '') return invalid("body can't be blank");
  return [...body].length > longest ? invalid(`body is too long (maximum is ${longest} characters)`) : undefined;
}

function invalid(message: string): Reply {
  return refusal(422, `Validation Failed: ${message}`);
}
