import type { PreviewStatus } from '../../api/preview.ts';
import { sha256 } from '../../core/hash.ts';
import type { Fate, PullRequest } from '../../core/pull-request.ts';
import type { KubeObject } from '../../core/resource.ts';
import type { Preview, Scene, SceneFacts, Stage, Verdict } from './draft.ts';
import type { Parent, PreviewNamespace } from './facts.ts';
import { previewAnnotations as annotation, claimedOrigin, environmentId, isOurs, previewLabels } from './identity.ts';
import { previewNames } from './names.ts';

/** A preview that is remembered, in a status or by what stands in its namespace. */
type Known = Readonly<{
  repository: string;
  number: number;
  id: number;
  branch: string;
  before?: PreviewStatus;
  namespace?: PreviewNamespace;
}>;

export function sceneOf<Facts extends SceneFacts>(parent: Parent, facts: Facts, now: Date): Scene<Facts> {
  const spaces = facts.namespaces.filter(
    (namespace) =>
      namespace.annotations[annotation.of] === parent.namespace && isOurs(facts.installationKey, namespace),
  );
  return { parent, facts, now, spaces };
}

/** Everything that is remembered of previews of this Service: what its status says, and what stands in the cluster. */
export function knownPreviews(scene: Scene): Known[] {
  const { parent, facts, spaces } = scene;
  const found = new Map<string, Known>();
  for (const before of parent.service?.status.previews ?? []) {
    const { repository, number, id, branch } = before;
    const own = spaces.find(({ uid }) => uid === before.namespaceUID);
    const namespace = own === undefined ? {} : { namespace: own };
    found.set(keyOf(repository, number), { repository, number, id, branch, before, ...namespace });
  }
  for (const namespace of spaces) {
    const own = ownServices(scene, namespace);
    const { annotations, labels } = namespace;
    const repository = String(annotations[annotation.repository]);
    const number = Number(labels[previewLabels.number]);
    // A Service that is gone, and nobody's Service in it: left behind by a crash in the middle of a removal.
    const wasMadeByIt = parent.service === undefined && annotations[annotation.madeFor] === parent.name;
    const isLeft = wasMadeByIt && servicesIn(facts.services, namespace).length === 0;
    if (found.has(keyOf(repository, number)) || (own.length === 0 && !isLeft)) continue;
    const id = Number(own[0]?.metadata.annotations?.[annotation.pullRequest]) || 0;
    const branch = String(annotations[annotation.branch]);
    found.set(keyOf(repository, number), { repository, number, id, branch, namespace });
  }
  return [...found.values()];
}

/** The previews of a Service that is gone, or wants none any more. */
export function previewsToRemove(scene: Scene, verdict: Verdict): Preview[] {
  return knownPreviews(scene).map((known) => previewOf(scene, known, { verdict }));
}

/** E14: every open pull request that has the label, and every preview that is there. */
export function collectPreviews(stage: Stage): Preview[] {
  const { facts, env, repository } = stage;
  const here = `${repository.owner}/${repository.repo}`;
  const open = (facts.pullRequests?.open ?? []).filter(({ labels }) => labels.includes(env.label));
  const known = knownPreviews(stage).map((item) => {
    if (keyOf(item.repository, 0) !== keyOf(here, 0)) return previewOf(stage, item, { verdict: moved(here) });
    const found = open.find(({ number }) => number === item.number);
    const fate = facts.pullRequests?.fates[item.number];
    return previewOf(stage, withNamespace(stage, item), found === undefined ? answer(fate) : wanted(found));
  });
  const isKnown = ({ number }: PullRequest) => known.some((item) => item.pullRequest?.number === number);
  const fresh = open
    .filter((pullRequest) => !isKnown(pullRequest))
    .map((pullRequest) => {
      const { number, id, branch } = pullRequest;
      const item = withNamespace(stage, { repository: here, number, id, branch });
      return previewOf(stage, item, wanted(pullRequest));
    });
  return [...known, ...fresh].sort((a, b) => a.number - b.number);
}

/** One that another Service of the same namespace has made for the same pull request is used by both. */
function withNamespace(stage: Stage, known: Known): Known {
  if (known.namespace !== undefined) return known;
  const id = environmentId(stage.parent.namespace, stage.repository, known.number);
  const namespace = stage.spaces.find(({ labels }) => labels[previewLabels.id] === id);
  return namespace === undefined ? known : { ...known, namespace };
}

type Answer = Readonly<{ verdict: Verdict; pullRequest?: PullRequest }>;

function wanted(pullRequest: PullRequest): Answer {
  return { verdict: { want: 'run' }, pullRequest };
}

/** E16: only a positive answer removes anything. */
function answer(fate: Fate | undefined): Answer {
  if (fate?.state === 'open') return wanted(fate.pullRequest);
  if (fate?.state === 'unlabelled') return { verdict: removed('Unlabelled', 'the label was taken off') };
  if (fate?.state === 'closed') {
    return { verdict: removed('Closed', `the pull request was ${fate.merged ? 'merged' : 'closed'}`) };
  }
  const why = fate === undefined ? 'there is no answer about the pull request yet' : fate.failure.message;
  return { verdict: { want: 'keep', reason: 'NoAnswer', message: `stays as it is: ${why}` } };
}

function moved(name: string): Verdict {
  return removed('RepositoryChanged', `spec.previewEnvironment names the repository ${name} now`);
}

export function removed(reason: string, message: string): Verdict {
  return { want: 'remove', state: 'Removing', reason, message, forget: true };
}

function previewOf(scene: Scene, known: Known, { verdict, pullRequest }: Answer): Preview {
  const { repository, number, id, before, namespace } = known;
  const identity = sha256(`${scene.parent.namespace} ${repository.toLowerCase()} ${number}`);
  const services = namespace === undefined ? [] : ownServices(scene, namespace);
  const all = namespace === undefined ? [] : servicesIn(scene.facts.services, namespace);
  return {
    repository,
    number,
    id: pullRequest?.id ?? id,
    services,
    verdict,
    ...defined({ before, pullRequest, namespace }),
    ...defined({ command: before?.command, restart: before?.restart, woken: before?.woken }),
    names: previewNames(pullRequest?.branch ?? known.branch, number, identity),
    others: all.length - services.length,
    activity: before?.activity ?? scene.now.toISOString(),
    stopped: before?.stopped,
  };
}

function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/** Services in it that are previews of this one, or were brought along by it; edited ones too. */
function ownServices({ parent, facts }: Scene, namespace: PreviewNamespace): KubeObject[] {
  return servicesIn(facts.services, namespace).filter((service) => {
    const origin = claimedOrigin(namespace, service);
    return origin?.name === parent.name && origin.namespace === parent.namespace;
  });
}

function servicesIn(services: readonly KubeObject[], namespace: PreviewNamespace): KubeObject[] {
  return services.filter(({ metadata }) => metadata.namespace === namespace.name);
}

function keyOf(repository: string, number: number): string {
  return `${repository.toLowerCase()}#${number}`;
}
