import type { PreviewStatus } from '../../src/api/preview.ts';
import { parseService, type ServiceObject } from '../../src/api/service.ts';
import type { Action, FeedbackAction } from '../../src/core/plan.ts';
import type { Fate, PreviewCommand, PullRequest } from '../../src/core/pull-request.ts';
import type { KubeObject } from '../../src/core/resource.ts';
import { fail, ok, type Result } from '../../src/core/result.ts';
import type { ClusterSecret } from '../../src/plan/facts.ts';
import { collectPreviews, sceneOf } from '../../src/plan/preview/collect.ts';
import type { Preview, Stage } from '../../src/plan/preview/draft.ts';
import type {
  OtherPreview,
  PreviewFacts,
  PreviewNamespace,
  PreviewSettings,
  Workload,
} from '../../src/plan/preview/facts.ts';
import { planFeedback } from '../../src/plan/preview/feedback.ts';
import { filesToAsk } from '../../src/plan/preview/filters.ts';
import { tagsToProbe } from '../../src/plan/preview/image.ts';
import { decide, type PreviewPlan, planPreviews, stageOf } from '../../src/plan/preview/plan.ts';
import { namespacesToScale } from '../../src/plan/preview/scale.ts';
import { describeActions } from './describe-plan.ts';

type Failed = { kind: 'invalid' | 'transient'; reason: string; message: string };

/** What happens before a pass; what a step does not say stays as it was. */
export type When = Readonly<{
  /** Duration since the step before, as milliseconds. */
  later?: number;
  /** Laid over the spec's `previewEnvironment`; `null` takes a field out. */
  previews?: Record<string, unknown>;
  /** Laid over the spec. */
  spec?: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  /** The Service is gone. */
  orphaned?: true;
  open?: readonly (Partial<PullRequest> & { number: number })[] | 'unanswered';
  fates?: Record<number, 'closed' | 'merged' | 'unlabelled' | 'open' | 'unknown'>;
  failure?: string | null;
  commands?: readonly string[];
  commandsFailure?: Failed | null;
  unsaid?: Failed | null;
  files?: Record<number, string[] | Failed>;
  tags?: string[] | Failed | 'unanswered';
  /** By tag; `null`: not answered yet. Default: all can be. */
  pullable?: Record<string, boolean | null>;
  clusterSecrets?: readonly Partial<ClusterSecret>[];
  /** Namespaces that others have made. */
  foreign?: readonly (string | Partial<PreviewNamespace>)[];
  /** A namespace that somebody deletes with all in it, and makes again with the same annotations. */
  remade?: string;
  /** Namespaces that are being deleted, and do not go. */
  terminating?: readonly string[];
  /** Services that do not go: their words. */
  stuck?: Record<string, string>;
  /** How the Services of previews fare, by `namespace/name`, as `Failed Unhealthy: message`. */
  health?: Record<string, string>;
  /** Edits of a Service of a preview, by `namespace/name`. */
  edits?: Record<string, { spec?: Record<string, unknown>; annotations?: Record<string, string> }>;
  workloads?: readonly (Partial<Workload> & { name: string })[];
  /** Namespaces whose workloads may not be listed. */
  unlisted?: readonly string[];
  others?: readonly OtherPreview[];
  /** Services of the same namespace that `include` may name. */
  siblings?: Record<string, Record<string, unknown>>;
  namespaceLabels?: Record<string, string>;
  settings?: Partial<PreviewSettings>;
  /** The status is lost, as when an object is restored from a backup. */
  forgotten?: true;
}>;

const key = 'key';
const start = Date.parse('2026-11-21T12:00:00Z');

const web = {
  workspace: 'staging',
  source: {
    repoURL: 'https://github.com/alustan/cluster-manifests',
    path: 'application-helm',
    releaseName: 'web-application',
    values: {
      image: { repository: 'alustan/web:1.1.0' },
      ingress: { hosts: [{ host: 'chart-example.local' }], tls: [{ hosts: ['chart-example.local'] }] },
    },
  },
};

const registry = { provider: 'docker', imageName: 'alustan/web', semanticVersion: '>=1.0.0' };

/** A small cluster and forge, in which passes of the plan are carried out. */
export class PreviewWorld {
  now = start;
  #name = 'web-service';
  #spec: Record<string, unknown> = web;
  #previews: Record<string, unknown> = { enabled: true, gitOwner: 'alustan', gitRepo: 'web-app-demo' };
  #metadata: Record<string, unknown> = {};
  #given: When = {};
  #status: Record<string, unknown> = {};
  #made = 0;
  #last: PreviewPlan | undefined;
  settings: PreviewSettings | undefined;
  namespaces = new Map<string, PreviewNamespace>();
  services = new Map<string, KubeObject>();

  set(when: When): void {
    const { previews = {}, spec = {}, metadata = {}, edits = {}, ...given } = when;
    this.now += when.later ?? 1000;
    this.#previews = merge(this.#previews, previews);
    this.#spec = merge(this.#spec, spec);
    this.#metadata = { ...this.#metadata, ...metadata };
    this.#given = { ...this.#given, ...given };
    if (when.forgotten) this.#status = {};
    for (const item of when.foreign ?? []) {
      const namespace = typeof item === 'string' ? { name: item } : item;
      const { name = '' } = namespace;
      this.namespaces.set(name, { ...empty(name, this.#time), ...namespace });
    }
    for (const [name, edit] of Object.entries(edits)) this.#edit(name, edit);
    if (when.remade !== undefined) this.#remake(when.remade);
  }

  #remake(name: string): void {
    const { labels = {}, annotations = {} } = this.namespaces.get(name) ?? {};
    this.#delete({ kind: 'Namespace', name });
    this.namespaces.set(name, { ...empty(name, this.#time), labels, annotations });
  }

  get #time(): string {
    return new Date(this.now).toISOString();
  }

  #edit(name: string, { spec = {}, annotations = {} }: NonNullable<When['edits']>[string]): void {
    const service = this.services.get(name);
    if (service === undefined) throw new Error(`there is no Service ${name}`);
    const metadata = { ...service.metadata, annotations: { ...service.metadata.annotations, ...annotations } };
    this.services.set(name, { ...service, metadata, spec: merge(service['spec'] as Record<string, unknown>, spec) });
  }

  service(): ServiceObject {
    return parsed(this.#name, { ...this.#spec, previewEnvironment: this.#previews }, this.#metadata, this.#status);
  }

  facts(): PreviewFacts {
    const facts = this.#facts();
    const stage = stageOf(sceneOf(this.#parent(), facts, new Date(this.now)));
    if (typeof stage === 'string') return facts;
    const previews = collectPreviews(stage);
    const asked = filesToAsk(stage, previews).map(({ number }) => number);
    const scaled = namespacesToScale(decide(stage, previews));
    return {
      ...facts,
      pullable: this.#probe(stage, previews),
      changedFiles: Object.fromEntries(
        Object.entries(facts.changedFiles).filter(([number]) => asked.includes(Number(number))),
      ),
      workloads: facts.workloads.filter(({ namespace }) => scaled.includes(namespace)),
      unlisted: facts.unlisted.filter((namespace) => scaled.includes(namespace)),
    };
  }

  #facts(): PreviewFacts {
    const given = this.#given;
    const { tags, files = {}, failure } = given;
    return {
      installationKey: key,
      settings: this.settings ?? {
        enabled: true,
        imagePollMs: 15_000,
        maxPreviews: 100,
        serviceAccount: 'alustan-runner',
        controllerNamespace: 'alustan',
        apiUrl: 'https://api.github.com',
        secretName: 'github',
        namespaceLabels: {},
        ...given.settings,
      },
      pullRequests: {
        open: given.open === 'unanswered' ? undefined : (given.open ?? []).map((item) => this.#pullRequest(item)),
        ...(failure === undefined || failure === null
          ? {}
          : { failure: { kind: 'transient', reason: 'Unreachable', message: failure } }),
        fates: Object.fromEntries(
          Object.entries(given.fates ?? {}).map(([number, fate]) => [number, this.#fate(Number(number), fate)]),
        ),
        commands: (given.commands ?? []).map(commandOf),
        ...(given.commandsFailure ? { commandsFailure: given.commandsFailure } : {}),
      },
      ...(given.unsaid ? { unsaid: given.unsaid } : {}),
      changedFiles: Object.fromEntries(Object.entries(files).map(([number, value]) => [number, result(value)])),
      ...(tags === undefined || tags === 'unanswered' ? {} : { tags: result(tags) }),
      pullable: {},
      clusterSecrets: (given.clusterSecrets ?? []).map((secret) => ({
        name: 's',
        resourceVersion: '1',
        environment: 'staging',
        annotations: {},
        data: {},
        ...secret,
      })),
      namespaces: [...this.namespaces.values()],
      services: [...this.services.values()].map((service) => this.#withStatus(service)),
      included: Object.fromEntries(
        ((this.#previews['include'] ?? []) as string[]).flatMap((name) => {
          const spec = given.siblings?.[name];
          return spec === undefined ? [] : [[name, parsed(name, merge(web, spec), {}, {})]];
        }),
      ),
      workloads: (given.workloads ?? []).map(workload),
      unlisted: given.unlisted ?? [],
      others: given.others ?? [],
      namespaceLabels: given.namespaceLabels ?? {},
    };
  }

  /** The registry answers for the tags that the plan asks for; a case may say that one cannot be pulled. */
  #probe(stage: Stage, previews: readonly Preview[]): PreviewFacts['pullable'] {
    const { pullable = {} } = this.#given;
    const answer = (tag: string): Result<{ digest: string }> =>
      pullable[tag] === false
        ? fail('transient', 'NotFound', `${tag} cannot be pulled`)
        : ok({ digest: `sha256:${'d'.repeat(64)}` });
    const asked = tagsToProbe(stage, previews).filter((tag) => pullable[tag] !== null);
    return Object.fromEntries(asked.map((tag) => [tag, answer(tag)]));
  }

  #parent() {
    const parent = { namespace: 'shop', name: this.#name };
    return this.#given.orphaned ? parent : { ...parent, service: this.service() };
  }

  #pullRequest(given: Partial<PullRequest> & { number: number }): PullRequest {
    const { number } = given;
    return {
      id: 1000 + number,
      title: 'A change',
      branch: 'feat',
      headSha: 'abcdef0123456789',
      base: 'main',
      author: 'ann',
      authorAssociation: 'MEMBER',
      draft: false,
      fork: false,
      labels: ['preview'],
      state: 'open',
      merged: false,
      url: `https://github.com/alustan/web-app-demo/pull/${number}`,
      createdAt: '2026-11-20T12:00:00Z',
      updatedAt: '2026-11-20T12:00:00Z',
      activity: {},
      ...given,
    };
  }

  #fate(number: number, fate: string): Fate {
    if (fate === 'closed' || fate === 'merged') return { state: 'closed', merged: fate === 'merged', at: this.#time };
    if (fate === 'unknown') {
      return { state: 'unknown', failure: { kind: 'transient', reason: 'Unreachable', message: 'GitHub answers 502' } };
    }
    return { state: fate === 'open' ? 'open' : 'unlabelled', pullRequest: this.#pullRequest({ number }) };
  }

  #withStatus(service: KubeObject): KubeObject {
    const { namespace, name, generation } = service.metadata;
    const told = this.#given.health?.[`${namespace}/${name}`] ?? 'Completed Delivered: revision 1 is healthy';
    const [, state, reason, message] = /^(\w+) (\w+): (.*)$/.exec(told) ?? [];
    if (state === undefined) return service;
    const stuck = this.#given.stuck?.[`${namespace}/${name}`];
    const status = { state, message, observedGeneration: generation, conditions: [{ type: 'Ready', reason }] };
    return { ...service, status: stuck === undefined ? status : { ...status, state: 'Blocked', message: stuck } };
  }

  /** What is said on the pull requests after the pass that came last. */
  feedback(): FeedbackAction[] {
    const plan = this.#last ?? this.plan();
    return planFeedback(
      sceneOf(this.#parent(), this.facts(), new Date(this.now)),
      plan.outcomes,
      plan.report.previews ?? [],
    );
  }

  /** One pass. */
  plan(): PreviewPlan {
    return planPreviews(this.#parent(), this.facts(), new Date(this.now));
  }

  /** Passes until there is nothing more to do, each carried out at once. */
  settle(): { actions: string[]; plan: PreviewPlan; all: Action[] } {
    const actions: string[] = [];
    const all: Action[] = [];
    for (let pass = 0; pass < 10; pass += 1) {
      const plan = this.plan();
      this.#last = plan;
      const done = plan.outcomes.flatMap(({ groups }) => groups.flatMap((group) => group.actions));
      this.#status = plan.report;
      actions.push(...describeActions({ groups: plan.outcomes.flatMap(({ groups }) => groups) }));
      all.push(...done);
      const changed = done.map((action) => this.#carryOut(action));
      if (!changed.includes(true)) return { actions, plan, all };
      this.now += 1;
    }
    throw new Error(`it does not settle: ${actions.join('; ')}`);
  }

  get previews(): readonly PreviewStatus[] {
    return (this.#status['previews'] ?? []) as PreviewStatus[];
  }

  /** True where the world has changed. */
  #carryOut(action: Action): boolean {
    if (action.type === 'create-object') return this.#create(action.object);
    if (action.type === 'apply-object' || action.type === 'replace-object') return this.#apply(action.object);
    return action.type === 'delete-object' && this.#delete(action.object);
  }

  #create({ metadata }: KubeObject): boolean {
    const { name, labels = {}, annotations = {} } = metadata;
    this.#made += 1;
    const uid = `uid-${this.#made}`;
    this.namespaces.set(name, { ...empty(name, this.#time), uid, labels, annotations });
    return true;
  }

  #apply({ apiVersion, kind, metadata, ...rest }: KubeObject): boolean {
    const { name, namespace } = metadata;
    if (kind === 'Namespace') return this.#label(name, metadata);
    if (kind === 'Deployment')
      return this.#scale(name, rest['spec'] as { replicas: number }, metadata.annotations ?? {});
    if (kind !== 'Service') return false;
    const id = `${namespace}/${name}`;
    const before = this.services.get(id)?.metadata;
    const generation = (before?.generation ?? 0) + 1;
    const annotations = { ...before?.annotations, ...metadata.annotations };
    this.#made += 1;
    const uid = before?.uid ?? `uid-${this.#made}`;
    this.services.set(id, {
      apiVersion,
      kind,
      metadata: { ...before, ...metadata, uid, generation, annotations },
      ...rest,
    });
    return true;
  }

  #scale(name: string, { replicas }: { replicas: number }, annotations: Record<string, string>): boolean {
    const kept = annotations['alustan.io/awake-replicas'];
    const scaled = { name, replicas, ...(kept === undefined ? {} : { awakeReplicas: Number(kept) }) };
    const { workloads = [] } = this.#given;
    this.#given = {
      ...this.#given,
      workloads: workloads.map((item) => (item.name === name ? { ...item, ...scaled } : item)),
    };
    return true;
  }

  #label(name: string, { labels = {}, annotations = {} }: KubeObject['metadata']): boolean {
    const namespace = this.namespaces.get(name);
    if (namespace === undefined) throw new Error(`there is no namespace ${name}`);
    const next = {
      labels: { ...namespace.labels, ...labels },
      annotations: { ...namespace.annotations, ...annotations },
    };
    this.namespaces.set(name, { ...namespace, ...next });
    return true;
  }

  #delete({ kind, namespace, name }: { kind: string; namespace?: string; name: string }): boolean {
    if (kind === 'Service') return this.#deleteService(`${namespace}/${name}`);
    if (this.#given.terminating?.includes(name)) {
      const live = this.namespaces.get(name);
      if (live !== undefined) this.namespaces.set(name, { ...live, terminating: true });
      return true;
    }
    for (const id of this.services.keys()) if (id.startsWith(`${name}/`)) this.services.delete(id);
    return this.namespaces.delete(name);
  }

  #deleteService(id: string): boolean {
    const live = this.services.get(id);
    if (this.#given.stuck?.[id] === undefined || live === undefined) return this.services.delete(id);
    this.services.set(id, { ...live, metadata: { ...live.metadata, deletionTimestamp: this.#time } });
    return true;
  }

  /** The same installation, seen by another Service of the same namespace. */
  as(name: string, previews: Record<string, unknown> = {}): PreviewWorld {
    const other = new PreviewWorld();
    other.#name = name;
    other.#previews = merge(this.#previews, previews);
    other.#given = this.#given;
    other.namespaces = this.namespaces;
    other.services = this.services;
    other.now = this.now;
    other.#made = 100;
    return other;
  }

  withRegistry(): void {
    this.set({ spec: { containerRegistry: registry } });
  }
}

function parsed(name: string, spec: unknown, more: Record<string, unknown>, status: unknown): ServiceObject {
  const metadata = { name, namespace: 'shop', uid: `uid-${name}`, generation: 1, creationTimestamp: 'then', ...more };
  const result = parseService({ apiVersion: 'alustan.io/v1alpha1', kind: 'Service', metadata, spec, status });
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}

function empty(name: string, creationTimestamp: string): PreviewNamespace {
  return { name, uid: `uid-of-${name}`, labels: {}, annotations: {}, creationTimestamp, terminating: false };
}

/** `12 #8 wake by ann`, with `, who may not` or `, who may or may not` behind it. */
function commandOf(text: string): PreviewCommand {
  const [, id, number, verb, author, may = ''] = /^(\d+) #(\d+) (\w+) by (\w+)(?:, who (.*))?$/.exec(text) ?? [];
  const allowed = may === '' ? 'yes' : may === 'may not' ? 'no' : 'unknown';
  const at = new Date(start + Number(id) * 1000).toISOString();
  return {
    id: Number(id),
    pullRequest: Number(number),
    verb: verb as PreviewCommand['verb'],
    author: author ?? '',
    at,
    allowed,
  };
}

function workload(given: Partial<Workload> & { name: string }): Workload {
  const release = 'web-service-feat-8';
  return { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'preview-feat-8', release, replicas: 1, ...given };
}

function result<T>(value: T | Failed): Result<T> {
  const failed = value as Failed;
  return failed.reason === undefined ? ok(value as T) : fail(failed.kind, failed.reason, failed.message);
}

function merge(base: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...base };
  for (const [name, value] of Object.entries(over)) {
    const below = merged[name];
    if (value === null) delete merged[name];
    else merged[name] = isMap(below) && isMap(value) ? merge(below, value) : value;
  }
  return merged;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
