import { parseService, type ServiceObject } from '../../api/service.ts';
import { intervalOr } from '../../core/duration.ts';
import type { Key } from '../../core/key.ts';
import { maxAgeOf, reconcileRequest } from '../../core/reconcile-now.ts';
import type { KubeObject } from '../../core/resource.ts';
import type { Result } from '../../core/result.ts';
import { isForbidden, isNotFound, type KubeClient } from '../../kube/client.ts';
import { collectPreviews, knownPreviews, sceneOf } from '../../plan/preview/collect.ts';
import type { Preview, Stage } from '../../plan/preview/draft.ts';
import type { Parent, PreviewFacts, PreviewSettings, Workload } from '../../plan/preview/facts.ts';
import { sectionName } from '../../plan/preview/feedback.ts';
import { filesToAsk } from '../../plan/preview/filters.ts';
import { tagsToProbe } from '../../plan/preview/image.ts';
import { decide, stageOf } from '../../plan/preview/plan.ts';
import { awakeReplicas, namespacesToScale } from '../../plan/preview/scale.ts';
import { type Looker, lookerOf, type Watches } from '../../source/cluster/watches.ts';
import type { ImageSource } from '../../source/oci/images.ts';
import type { Caches } from '../caches.ts';
import { clusterSecret } from '../cluster-secrets.ts';
import type { Credentials } from '../credentials.ts';
import type { Forge } from '../forge.ts';
import { registryRef } from '../images.ts';
import type { Polls } from '../polls.ts';
import { previewNamespace, previewSpaces, servicesOf } from '../preview-origin.ts';
import type { PullRequestPolls } from '../pull-request-polls.ts';
import { forgeTarget } from './forge.ts';
import { previewKey } from './key.ts';
import { withPreviews } from './triggers.ts';

export type PreviewTools = Readonly<{
  client: KubeClient;
  caches: Caches;
  forge: Pick<Forge, 'pullRequests' | 'remember'> & Readonly<{ feedback: Pick<Forge['feedback'], 'refusal'> }>;
  pullRequestPolls: Pick<PullRequestPolls, 'watch'>;
  images: ImageSource;
  polls: Polls;
  credentials: Credentials;
  watches: Pick<Watches, 'keep'>;
  installationKey: string;
  settings: PreviewSettings;
  intervalMs: number;
  /** Told whose Secrets are read, so that changes of them ring. */
  looking(key: Key): void;
  now: () => Date;
}>;

/** Seconds between looks at pull requests (E16). */
const intervalSeconds = 600;
/** Milliseconds for which a list of tags serves while an image is waited for. */
const awaitedTagsMs = 60_000;

/** Gathers all that the plan of a Service's previews reads. What a step asks depends on what the ones before learned. */
export async function gatherPreviews(tools: PreviewTools, parent: Parent, signal: AbortSignal): Promise<PreviewFacts> {
  const facts = clusterFacts(tools, parent);
  const first = stageOf(sceneOf(parent, facts, tools.now()));
  if (typeof first === 'string' || !tools.settings.enabled) return facts;
  const { metadata, spec } = first.service;
  const looker = lookerOf(previewKey(metadata), spec.serviceAccountName ?? tools.settings.serviceAccount);
  tools.looking(looker.key);
  const [forge, tags] = await Promise.all([
    askForge(tools, first, looker, signal),
    tagsOf(tools, first.service, looker, signal),
  ]);
  const asked = {
    ...facts,
    ...forge,
    ...(tags.tags === undefined ? {} : { tags: tags.tags }),
  };
  const stage = { ...first, facts: asked };
  const previews = collectPreviews(stage);
  const [changedFiles, pullable, scaled] = await Promise.all([
    filesOf(tools, stage, previews, looker, signal),
    tags.probe(tagsToProbe(stage, previews)),
    workloadsOf(tools, namespacesToScale(decide(stage, previews)), signal),
  ]);
  tools.watches.keep(looker);
  return { ...asked, changedFiles, pullable, ...scaled };
}

function clusterFacts({ caches, settings, installationKey }: PreviewTools, parent: Parent): PreviewFacts {
  const { namespace, service } = parent;
  const spaces = previewSpaces(caches);
  // A name may be taken by a namespace that does not say it is a preview.
  const named = caches.namespaces.list().filter(({ metadata }) => metadata.name.startsWith('preview-'));
  const include = service?.spec.previewEnvironment?.include ?? [];
  const own = caches.namespaces.get({ name: namespace });
  return {
    installationKey,
    settings,
    changedFiles: {},
    pullable: {},
    workloads: [],
    unlisted: [],
    clusterSecrets: caches.clusterSecrets.list().map(clusterSecret),
    namespaces: [...new Set([...spaces, ...named])].map(previewNamespace),
    services: servicesOf(caches, spaces),
    included: Object.fromEntries(include.flatMap((name) => includedService(caches, namespace, name))),
    others: withPreviews(caches).flatMap((object) => previewsOf(object, parent)),
    namespaceLabels: own?.metadata.labels ?? {},
  };
}

function includedService({ services }: Caches, namespace: string, name: string): [string, ServiceObject][] {
  const found = services.get({ namespace, name });
  const parsed = found === undefined ? undefined : parseService(found);
  return parsed?.ok === true && found?.metadata.deletionTimestamp === undefined ? [[name, parsed.value]] : [];
}

/** What counts against the limit of the installation. */
function previewsOf({ metadata, ...rest }: KubeObject, parent: Parent): PreviewFacts['others'][number][] {
  if (metadata.namespace === parent.namespace && metadata.name === parent.name) return [];
  const { previews = [] } = (rest['status'] ?? {}) as ServiceObject['status'];
  const service = `${metadata.namespace}/${metadata.name}`;
  return previews
    .filter(({ namespace }) => namespace !== undefined)
    .map(({ number, activity }) => ({ service, number, activity }));
}

/** The pull requests, and why nothing can be said on them. */
async function askForge(
  tools: PreviewTools,
  stage: Stage,
  looker: Looker,
  signal: AbortSignal,
): Promise<Pick<PreviewFacts, 'pullRequests' | 'unsaid'>> {
  const { env, repository } = stage;
  const target = await forgeTarget(tools, env, looker, signal);
  if (!target.ok) return { pullRequests: { open: undefined, failure: target.failure, fates: {}, commands: [] } };
  const name = `${repository.owner}/${repository.repo}`.toLowerCase();
  const known = knownPreviews(stage).filter((item) => item.repository.toLowerCase() === name);
  const intervalMs = (env.intervalSeconds ?? intervalSeconds) * 1000;
  tools.pullRequestPolls.watch(looker.key, target.value, intervalMs, reconcileRequest(stage.service));
  const pullRequests = await tools.forge.pullRequests.gather(target.value, { label: env.label, known }, { signal });
  const unsaid = tools.forge.feedback.refusal(sectionName(stage.parent), target.value);
  return { pullRequests, ...(unsaid === undefined ? {} : { unsaid }) };
}

async function filesOf(
  tools: PreviewTools,
  stage: Stage,
  previews: readonly Preview[],
  looker: Looker,
  signal: AbortSignal,
): Promise<PreviewFacts['changedFiles']> {
  const wanted = filesToAsk(stage, previews);
  if (wanted.length === 0) return {};
  const target = await forgeTarget(tools, stage.env, looker, signal);
  const answers = wanted.map(async ({ number, headSha }) => {
    const files = target.ok
      ? await tools.forge.pullRequests.changedFiles(target.value, { number, headSha }, { signal })
      : target;
    return [number, files] as const;
  });
  return Object.fromEntries(await Promise.all(answers));
}

type Probe = (tags: readonly string[]) => Promise<PreviewFacts['pullable']>;

/** The tags of the Service's image, and how to ask for some of them. */
async function tagsOf(
  tools: PreviewTools,
  service: ServiceObject,
  looker: Looker,
  signal: AbortSignal,
): Promise<{ tags?: Result<readonly string[]>; probe: Probe }> {
  const registry = service.spec.containerRegistry;
  if (registry === undefined) {
    tools.polls.forgetImage(looker.key);
    return { probe: async () => ({}) };
  }
  const intervalMs = intervalOr(service.spec.interval, tools.intervalMs);
  const ref = await registryRef(tools.credentials, registry, looker, signal);
  if (!ref.ok) return { tags: ref, probe: async () => ({}) };
  tools.polls.image(looker.key, ref.value, intervalMs);
  // Somebody sits before the pull request and waits.
  const isAwaited = service.status.previews?.some(({ reason }) => reason === 'ImagePending') === true;
  const tagsAgeMs = isAwaited ? Math.min(intervalMs, awaitedTagsMs) : intervalMs;
  const seen = await tools.images.observe(ref.value, undefined, { signal, maxAgeMs: maxAgeOf(service, tagsAgeMs) });
  const tags: Result<readonly string[]> = seen.ok
    ? { ok: true, value: seen.value.changed ? seen.value.fact.tags : [] }
    : seen;
  const maxAgeMs = tools.settings.imagePollMs;
  const probe: Probe = async (wanted) => {
    const answers = wanted.map(async (tag) => [tag, await tools.images.pullable(ref.value, tag, { signal, maxAgeMs })]);
    return Object.fromEntries(await Promise.all(answers));
  };
  return { tags, probe };
}

/** With the rights of the runner in the namespace of the preview; where it may not look, nothing is scaled. */
async function workloadsOf(
  tools: PreviewTools,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<Pick<PreviewFacts, 'workloads' | 'unlisted'>> {
  const { client, settings } = tools;
  const unlisted = new Set<string>();
  const lists = namespaces.flatMap((namespace) =>
    ['Deployment', 'StatefulSet'].map(async (kind) => {
      const as = client.as({ namespace, serviceAccount: settings.serviceAccount });
      const list = await as.list({ apiVersion: 'apps/v1', kind }, { namespace }, signal).catch((error: unknown) => {
        if (isForbidden(error)) unlisted.add(namespace);
        else if (!isNotFound(error)) throw error;
        return { items: [] };
      });
      return list.items.map((item) => workload(kind, item));
    }),
  );
  return { workloads: (await Promise.all(lists)).flat(), unlisted: [...unlisted] };
}

function workload(kind: string, { metadata, ...rest }: KubeObject): Workload {
  const { name, namespace = '', annotations = {} } = metadata;
  const { replicas = 1 } = (rest['spec'] ?? {}) as { replicas?: number };
  const kept = annotations[awakeReplicas];
  return {
    apiVersion: 'apps/v1',
    kind,
    namespace,
    name,
    replicas,
    release: annotations['meta.helm.sh/release-name'] ?? '',
    ...(kept === undefined ? {} : { awakeReplicas: Number(kept) }),
  };
}
