import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { appKey, githubReader, githubStage } from '../../../test/support/github.ts';

type Schemas = { answers: Record<string, unknown>; schemas: Record<string, unknown> };

const packed = readFileSync(new URL('./testdata/openapi.json.br', import.meta.url));
const description = JSON.parse(brotliDecompressSync(packed).toString()) as Schemas;
const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
ajv.addSchema({ $id: 'api', schemas: description.schemas, answers: description.answers });

/** Every answer of the double, in the state that a delivered preview leaves behind. */
async function answers(): Promise<Record<string, unknown>> {
  const key = appKey();
  const stage = await githubStage({
    logins: {
      apps: [{ appId: '7', slug: 'alustan', installationId: 9, publicKey: key.publicKey }],
      tokens: { t: 'bot' },
    },
  });
  const { world } = stage.github;
  const repository = world.repository('shop', 'web');
  const pull = world.open(repository, { branch: 'feat-x', labels: ['preview'], fork: true, author: 'mia' });
  world.close(repository, world.open(repository, { branch: 'done' }), true);
  const { client } = githubReader(stage);
  const signal = new AbortController().signal;
  const call = async (route: string, params: Record<string, unknown> = {}, login: 'token' | 'app' = 'token') => {
    const app = { type: 'app', appId: '7', privateKey: key.privateKey, installationId: 9 } as const;
    const credentials = { id: login, ...(login === 'app' ? app : ({ type: 'token', token: 't' } as const)) };
    const answer = await client.call(stage.target('shop/web', credentials), { route, params, purpose: 'ask', signal });
    if (!answer.ok) throw new Error(answer.failure.message);
    return answer.value.unchanged ? undefined : (answer.value.data as { id: number });
  };
  const repo = '/repos/{owner}/{repo}';
  const one = { pull_number: pull.number, issue_number: pull.number, ref: pull.head.sha, sha: pull.head.sha };
  const comment = await call(`POST ${repo}/issues/{issue_number}/comments`, { ...one, body: 'x' });
  const status = { ...one, state: 'success', context: 'c', description: 'd', target_url: 'https://x' };
  const made = await call(`POST ${repo}/deployments`, { ...one, environment: 'preview', required_contexts: [] });
  const deployment = { deployment_id: made?.id, state: 'success', environment_url: 'https://x' };
  return {
    repository: await call(`GET ${repo}`),
    pulls: await call(`GET ${repo}/pulls`, { state: 'all' }),
    pull: await call(`GET ${repo}/pulls/{pull_number}`, one),
    files: await call(`GET ${repo}/pulls/{pull_number}/files`, one),
    permission: await call(`GET ${repo}/collaborators/{username}/permission`, { username: 'mia' }),
    comment,
    editedComment: await call(`PATCH ${repo}/issues/comments/{comment_id}`, { comment_id: comment?.id, body: 'y' }),
    allComments: await call(`GET ${repo}/issues/comments`),
    comments: await call(`GET ${repo}/issues/{issue_number}/comments`, one),
    status: await call(`POST ${repo}/statuses/{sha}`, status),
    statuses: await call(`GET ${repo}/commits/{ref}/statuses`, one),
    deployment: made,
    deployments: await call(`GET ${repo}/deployments`),
    deploymentStatus: await call(`POST ${repo}/deployments/{deployment_id}/statuses`, deployment),
    deploymentStatuses: await call(`GET ${repo}/deployments/{deployment_id}/statuses`, deployment),
    user: await call('GET /user'),
    app: await call('GET /app', {}, 'app'),
    installation: await call(`GET ${repo}/installation`, {}, 'app'),
    installationToken: await call(
      'POST /app/installations/{installation_id}/access_tokens',
      { installation_id: 9 },
      'app',
    ),
    limits: await call('GET /rate_limit'),
  };
}

describe("the local GitHub against GitHub's public description", () => {
  it('every answer has the shape, and every answer is compared', async () => {
    const given = await answers();
    expect(Object.keys(given).sort()).toEqual(Object.keys(description.answers).sort());
    const faults = Object.entries(given).flatMap(([name, answer]) => {
      const check = ajv.getSchema(`api#/answers/${name}`);
      if (check === undefined) return [`${name}: no schema`];
      return check(answer) ? [] : (check.errors ?? []).map((error) => `${name}${error.instancePath}: ${error.message}`);
    });
    expect(faults).toEqual([]);
  });
});
