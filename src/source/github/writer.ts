import { z } from 'zod';
import type { CommitStatus, DeploymentStatus, ForgeComment, ForgeWriter } from '../../core/forge-writer.ts';
import type { ForgeTarget } from '../../core/pull-request.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { GitHubClient } from './client.ts';
import { Pages } from './pages.ts';
import { readComments, unreadable } from './read.ts';

const id = z.object({ id: z.number() });
const comment = z.object({
  id: z.number(),
  body: z.string().nullish(),
  user: z.object({ login: z.string() }).nullish(),
});
const status = z.object({
  context: z.string(),
  state: z.enum(['pending', 'success', 'failure', 'error']),
  description: z.string().nullish(),
  target_url: z.string().nullish(),
});
const deploymentStatus = z.object({
  // `pending` is an older word for `queued`.
  state: z.enum(['queued', 'pending', 'in_progress', 'success', 'failure', 'error', 'inactive']),
  description: z.string().nullish(),
  environment_url: z.string().nullish(),
});

type Params = Readonly<Record<string, unknown>>;

/** Writes on pull requests at GitHub. */
export function createGitHubWriter(client: GitHubClient): ForgeWriter {
  const call = <T>(target: ForgeTarget, route: string, params: Params, shape: z.ZodType<T>, signal: AbortSignal) =>
    one(client, target, { route, params, signal }, shape);
  return {
    viewer: (target, signal) => client.viewer(target, signal),
    comments: async (target, pull, signal) => {
      const read = await new Pages(readComments).refresh((page) =>
        client.call(target, {
          route: 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
          params: { issue_number: pull, per_page: 100, page },
          purpose: 'ask',
          signal,
        }),
      );
      return read;
    },
    createComment: async (target, pull, body, signal) =>
      toComment(
        await call(
          target,
          'POST /repos/{owner}/{repo}/issues/{issue_number}/comments',
          { issue_number: pull, body },
          comment,
          signal,
        ),
      ),
    editComment: async (target, comment_id, body, signal) =>
      toComment(
        await call(
          target,
          'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}',
          { comment_id, body },
          comment,
          signal,
        ),
      ),
    statuses: async (target, ref, signal) => {
      const route = 'GET /repos/{owner}/{repo}/commits/{ref}/statuses';
      const read = await call(target, route, { ref, per_page: 100 }, z.array(status), signal);
      return read.ok ? ok(read.value.map(toStatus)) : read;
    },
    createStatus: async (target, sha, { targetUrl, ...wanted }, signal) => {
      const url = targetUrl === undefined ? {} : { target_url: targetUrl };
      const params = { sha, ...wanted, ...url };
      return done(await call(target, 'POST /repos/{owner}/{repo}/statuses/{sha}', params, id, signal));
    },
    ...deployments(call),
  };
}

type CallOne = <T>(
  target: ForgeTarget,
  route: string,
  params: Params,
  shape: z.ZodType<T>,
  signal: AbortSignal,
) => Promise<Result<T>>;

function deployments(
  call: CallOne,
): Pick<ForgeWriter, 'deployment' | 'createDeployment' | 'deploymentStatus' | 'setDeploymentStatus'> {
  const statuses = '/repos/{owner}/{repo}/deployments/{deployment_id}/statuses';
  return {
    deployment: async (target, asked, signal) => {
      const read = await call(
        target,
        'GET /repos/{owner}/{repo}/deployments',
        { ...asked, per_page: 1 },
        z.array(id),
        signal,
      );
      return read.ok ? ok(read.value[0]?.id) : read;
    },
    createDeployment: async (target, { sha, environment, description }, signal) => {
      // Nothing is merged, and no check is waited for: the preview is one of the checks.
      const fixed = {
        auto_merge: false,
        required_contexts: [],
        transient_environment: true,
        production_environment: false,
      };
      const params = { ref: sha, environment, description, ...fixed };
      const made = await call(target, 'POST /repos/{owner}/{repo}/deployments', params, id, signal);
      return made.ok ? ok(made.value.id) : made;
    },
    deploymentStatus: async (target, deployment_id, signal) => {
      const read = await call(
        target,
        `GET ${statuses}`,
        { deployment_id, per_page: 1 },
        z.array(deploymentStatus),
        signal,
      );
      const newest = read.ok ? read.value[0] : undefined;
      return read.ok ? ok(newest === undefined ? undefined : toDeploymentStatus(newest)) : read;
    },
    setDeploymentStatus: async (target, deployment_id, { state, description, environmentUrl }, signal) => {
      const url = environmentUrl === undefined ? {} : { environment_url: environmentUrl };
      const params = { deployment_id, state, description, ...url };
      return done(await call(target, `POST ${statuses}`, params, id, signal));
    },
  };
}

async function one<T>(
  client: GitHubClient,
  target: ForgeTarget,
  asked: Readonly<{ route: string; params: Params; signal: AbortSignal }>,
  shape: z.ZodType<T>,
): Promise<Result<T>> {
  const reads = asked.route.startsWith('GET ');
  const answer = await client.call(target, { ...asked, purpose: reads ? 'ask' : 'write' });
  if (!answer.ok) {
    const gone = asked.route.startsWith('PATCH ') && answer.failure.reason === 'RepositoryNotFound';
    return gone ? fail('invalid', 'Gone', answer.failure.message) : answer;
  }
  const parsed = shape.safeParse(answer.value.unchanged ? undefined : answer.value.data);
  return parsed.success ? ok(parsed.data) : unreadable('the answer to this request', parsed.error);
}

function toComment(read: Result<z.infer<typeof comment>>): Result<ForgeComment> {
  if (!read.ok) return read;
  return ok({ id: read.value.id, author: read.value.user?.login ?? '', body: read.value.body ?? '' });
}

function toStatus({ context, state, description, target_url: url }: z.infer<typeof status>): CommitStatus {
  return { context, state, description: description ?? '', ...(url ? { targetUrl: url } : {}) };
}

function toDeploymentStatus({
  state,
  description,
  environment_url: url,
}: z.infer<typeof deploymentStatus>): DeploymentStatus {
  const now = state === 'pending' ? 'queued' : state;
  return { state: now, description: description ?? '', ...(url ? { environmentUrl: url } : {}) };
}

function done(read: Result<unknown>): Result<void> {
  return read.ok ? ok(undefined) : read;
}
