/**
 * Takes the schemas of the answers that the local GitHub gives out of GitHub's public description of its API, for the
 * test that compares them. Run it where a newer description is wanted:
 *
 *   npm pack @octokit/openapi && tar xzf octokit-openapi-*.tgz package/generated/api.github.com.json
 *   node scripts/extract-github-schemas.ts package/generated/api.github.com.json
 */
import { readFile, writeFile } from 'node:fs/promises';
import { brotliCompressSync } from 'node:zlib';

const answers = {
  repository: ['/repos/{owner}/{repo}', 'get', '200'],
  pulls: ['/repos/{owner}/{repo}/pulls', 'get', '200'],
  pull: ['/repos/{owner}/{repo}/pulls/{pull_number}', 'get', '200'],
  files: ['/repos/{owner}/{repo}/pulls/{pull_number}/files', 'get', '200'],
  permission: ['/repos/{owner}/{repo}/collaborators/{username}/permission', 'get', '200'],
  allComments: ['/repos/{owner}/{repo}/issues/comments', 'get', '200'],
  comments: ['/repos/{owner}/{repo}/issues/{issue_number}/comments', 'get', '200'],
  comment: ['/repos/{owner}/{repo}/issues/{issue_number}/comments', 'post', '201'],
  editedComment: ['/repos/{owner}/{repo}/issues/comments/{comment_id}', 'patch', '200'],
  statuses: ['/repos/{owner}/{repo}/commits/{ref}/statuses', 'get', '200'],
  status: ['/repos/{owner}/{repo}/statuses/{sha}', 'post', '201'],
  deployments: ['/repos/{owner}/{repo}/deployments', 'get', '200'],
  deployment: ['/repos/{owner}/{repo}/deployments', 'post', '201'],
  deploymentStatuses: ['/repos/{owner}/{repo}/deployments/{deployment_id}/statuses', 'get', '200'],
  deploymentStatus: ['/repos/{owner}/{repo}/deployments/{deployment_id}/statuses', 'post', '201'],
  user: ['/user', 'get', '200'],
  app: ['/app', 'get', '200'],
  installation: ['/repos/{owner}/{repo}/installation', 'get', '200'],
  installationToken: ['/app/installations/{installation_id}/access_tokens', 'post', '201'],
  limits: ['/rate_limit', 'get', '200'],
} as const;

type Json = Record<string, unknown>;
type Description = { paths: Record<string, Record<string, { responses: Json }>>; components: { schemas: Json } };

const [source = ''] = process.argv.slice(2);
const api = JSON.parse(await readFile(source, 'utf8')) as Description;
const used = new Map<string, unknown>();

/** Words for people and examples are most of the bytes, and say nothing of the shape. */
const dropped = new Set(['description', 'example', 'examples', 'x-github', 'externalDocs', 'title', 'discriminator']);

function bare(value: unknown, ofProperties = false): unknown {
  if (Array.isArray(value)) return value.map((each) => bare(each));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => ofProperties || !dropped.has(key));
  const entries = kept.map(([key, item]) => {
    if (key === '$ref' && !ofProperties) return [key, point(String(item))] as const;
    return [key, bare(item, key === 'properties' && !ofProperties)] as const;
  });
  const { nullable, ...rest } = Object.fromEntries(entries) as Json;
  if (ofProperties) return Object.fromEntries(entries);
  // OpenAPI 3.0's way to say it, as JSON Schema says it.
  return nullable === true ? { anyOf: [rest, { type: 'null' }] } : rest;
}

function point(ref: string): string {
  const name = ref.replace('#/components/schemas/', '');
  if (!used.has(name)) {
    used.set(name, {});
    used.set(name, bare(api.components.schemas[name]));
  }
  return `#/schemas/${name}`;
}

const picked = Object.entries(answers).map(([name, [path, method, status]]) => {
  const responses = api.paths[path]?.[method]?.responses as Record<
    string,
    { content: Record<string, { schema: Json }> }
  >;
  return [name, bare(responses[status]?.content['application/json']?.schema)];
});
const text = JSON.stringify({ answers: Object.fromEntries(picked), schemas: Object.fromEntries(used) });
const file = new URL('../src/local/github/testdata/openapi.json.br', import.meta.url);
await writeFile(file, brotliCompressSync(text));
