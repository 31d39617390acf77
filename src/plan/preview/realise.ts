import type { Action } from '../../core/plan.ts';
import type { PullRequest } from '../../core/pull-request.ts';
import type { KubeObject } from '../../core/resource.ts';
import { differs, type Site, servicesOf } from './children.ts';
import { group, type Outcome, type Preview, type Stage } from './draft.ts';
import { chooseImage, type ImageChoice } from './image.ts';
import { freeName, furnish, namespaceFor } from './namespace.ts';
import { putToSleep, restart, sleepless, wake } from './scale.ts';
import { healthOf, type Said, statusOf } from './status.ts';

/** A preview that is wanted: namespace, then its Services, then their health. */
export function realisePreview(stage: Stage, preview: Preview, pullRequest: PullRequest): Outcome {
  const image = chooseImage(stage, preview, pullRequest);
  const retryAfterMs =
    image.waiting === undefined && image.held === undefined ? {} : { retryAfterMs: stage.facts.settings.imagePollMs };
  const outcome = place(stage, preview, pullRequest, image);
  return { ...outcome, ...retryAfterMs };
}

function place(stage: Stage, preview: Preview, pullRequest: PullRequest, image: ImageChoice): Outcome {
  const { namespace, names } = preview;
  if (image.held !== undefined) return say(stage, preview, waiting('ImagePending', image.held));
  if (namespace === undefined) return makeNamespace(stage, preview, pullRequest);
  if (namespace.terminating) {
    const message = `waiting for the namespace ${namespace.name} of before to be gone`;
    return say(stage, preview, waiting('NamespaceTerminating', message));
  }
  const leaving = preview.services.find(({ metadata }) => isWanted(stage, metadata.name) && isGoing(metadata));
  if (leaving !== undefined) {
    const message = `waiting for the Service ${namespace.name}/${leaving.metadata.name} of before to be gone`;
    return say(stage, preview, waiting('ServiceTerminating', message));
  }
  const site: Site = { preview, pullRequest, namespace, image, asleep: preview.verdict.want === 'sleep' };
  const said = {
    ...tell(stage, preview, image),
    ...(namespace.name === names.namespace ? {} : elsewhere(stage, preview, image)),
  };
  const outcome = say(stage, { ...preview, services: expected(stage, site) }, said);
  return { ...outcome, groups: steps(stage, site) };
}

function isWanted({ parent, facts }: Stage, name: string): boolean {
  return name === parent.name || Object.hasOwn(facts.included, name);
}

function isGoing({ deletionTimestamp }: KubeObject['metadata']): boolean {
  return deletionTimestamp !== undefined;
}

/** The image may be waited for without a namespace: nothing is made for a pull request that comes to nothing. */
function makeNamespace(stage: Stage, preview: Preview, { branch }: PullRequest): Outcome {
  const name = freeName(stage, preview);
  const { namespace, otherNamespace } = preview.names;
  if (name === undefined) {
    const message = `the namespaces ${namespace} and ${otherNamespace} are somebody else's; delete or rename one of them`;
    return say(stage, preview, { state: 'Failed', reason: 'NamespaceTaken', message });
  }
  const action: Action = { type: 'create-object', object: namespaceFor(stage, preview, branch, name) };
  const outcome = say(stage, preview, waiting('NamespacePending', `creating the namespace ${name}`));
  return { ...outcome, groups: group('namespace', [action]) };
}

function steps(stage: Stage, site: Site): Outcome['groups'] {
  const { preview, namespace, asleep } = site;
  const wanted = servicesOf(stage, site);
  const changed = wanted.filter((service) => {
    const live = inNamespace(stage, namespace.name, service.metadata.name);
    return live === undefined || (isOwn(preview, live, stage) && differs(stage, namespace, live, service));
  });
  const apply = changed.map((object): Action => ({ type: 'replace-object', object }));
  const dropped = preview.services.filter(
    ({ metadata }) => !wanted.some((item) => item.metadata.name === metadata.name),
  );
  return [
    ...group('content', furnish(stage, namespace)),
    // Before its Service delivers again: what failed here is repeated, since the Service still says that it sleeps.
    ...group('wake', asleep ? [] : [...wake(stage, preview), ...restart(stage, preview)]),
    ...group('services', apply),
    ...group('sleep', asleep ? putToSleep(stage, preview) : []),
    ...group('leave', dropped.flatMap(drop)),
  ];
}

function drop({ apiVersion, kind, metadata }: KubeObject): Action[] {
  if (isGoing(metadata)) return [];
  const [name, namespace] = [metadata.name, String(metadata.namespace)];
  return [{ type: 'delete-object', object: { apiVersion, kind, namespace, name }, uid: String(metadata.uid) }];
}

/** The preview of a Service is taken from those that brought it along; what they bring along is left to the first. */
function isOwn(preview: Preview, live: KubeObject, { parent }: Stage): boolean {
  return live.metadata.name === parent.name || preview.services.includes(live);
}

function inNamespace({ facts }: Stage, namespace: string, name: string): KubeObject | undefined {
  return facts.services.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
}

/** What will be there when the plan is carried out, for URL and image; what is there already keeps its status. */
function expected(stage: Stage, site: Site): KubeObject[] {
  return servicesOf(stage, site).map((wanted) => {
    const live = inNamespace(stage, site.namespace.name, wanted.metadata.name);
    if (live === undefined) return wanted;
    const annotations = { ...wanted.metadata.annotations };
    return { ...live, spec: wanted['spec'], metadata: { ...live.metadata, annotations } };
  });
}

function tell(stage: Stage, preview: Preview, image: ImageChoice): Said {
  const { want, state = 'Asleep', reason = '', message = '' } = preview.verdict;
  if (want === 'sleep') return { state, reason, message: `${message}${sleepless(stage, preview)}` };
  const health = healthOf(preview.services);
  if (image.waiting === undefined) return health;
  // What runs is well, and not what was asked for.
  const isWell = health.state === 'Ready';
  return isWell ? { ...health, reason: 'ImagePending', message: image.waiting } : health;
}

/** E15: what has another name than its branch and number say is told. */
function elsewhere(stage: Stage, preview: Preview, image: ImageChoice): Partial<Said> {
  const { names, namespace } = preview;
  const { message } = tell(stage, preview, image);
  return { message: `${message}; in ${namespace?.name}, since ${names.namespace} was somebody else's` };
}

function waiting(reason: string, message: string): Said {
  return { state: 'Waiting', reason, message };
}

function say(stage: Stage, preview: Preview, said: Said): Outcome {
  return { groups: [], status: statusOf(stage, preview, said) };
}
