import { describe, expect, it } from 'vitest';
import { parseService } from '../../api/service.ts';
import { ok } from '../../core/result.ts';
import type { Context } from '../../source/source.ts';
import { gatherPreviews, type PreviewTools } from './gather.ts';

/** Milliseconds that the list of tags may be old in a pass over a Service whose interval is six hours. */
async function ageOfTags(handled: string | undefined) {
  const ages: (number | undefined)[] = [];
  const parsed = parseService({
    apiVersion: 'alustan.io/v1alpha1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop', uid: 'u', annotations: { 'alustan.io/reconcile': 'now' } },
    spec: {
      workspace: 'staging',
      interval: '6h',
      source: { repoURL: 'https://git.example/charts', path: 'web' },
      containerRegistry: { imageName: 'registry.example/web', semanticVersion: '*' },
      previewEnvironment: { enabled: true, gitOwner: 'shop', gitRepo: 'web' },
    },
    ...(handled === undefined ? {} : { status: { lastHandledReconcile: handled } }),
  });
  if (!parsed.ok) throw new Error(parsed.failure.message);
  const none = { list: () => [], get: () => undefined, by: () => [] };
  const tools = {
    caches: { services: none, namespaces: none, clusterSecrets: none },
    client: { get: async () => ({ metadata: { resourceVersion: '1' } }) },
    forge: {
      pullRequests: { gather: async () => ({ open: [], fates: {}, commands: [] }) },
      feedback: { refusal: () => undefined },
      remember: () => {},
    },
    pullRequestPolls: { watch: () => {} },
    images: {
      observe: async (_ref: unknown, _seen: unknown, { maxAgeMs }: Context) => {
        ages.push(maxAgeMs);
        return ok({ changed: true, revision: '1', fact: { tags: [] } });
      },
    },
    polls: { image: () => {} },
    watches: { keep: () => {} },
    looking: () => {},
    now: () => new Date(0),
    settings: { enabled: true, apiUrl: 'https://api.github.com' },
  } as unknown as PreviewTools;
  await gatherPreviews(tools, { namespace: 'shop', name: 'web', service: parsed.value }, new AbortController().signal);
  return ages;
}

describe('the tags that previews are made from', () => {
  it('are looked at now where alustan.io/reconcile asks for it, and else once an interval', async () => {
    expect(await ageOfTags(undefined)).toEqual([0]);
    expect(await ageOfTags('now')).toEqual([6 * 3_600_000]);
  });
});
