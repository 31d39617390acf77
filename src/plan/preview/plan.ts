import type { PreviewStatus } from '../../api/preview.ts';
import type { ServiceReport } from '../../api/service-status.ts';
import type { Failure } from '../../core/result.ts';
import { noteActivity } from './activity.ts';
import { collectPreviews, previewsToRemove, removed, sceneOf } from './collect.ts';
import { type Outcome, type Preview, type Scene, type Stage, sinceOf } from './draft.ts';
import type { Parent, PreviewFacts } from './facts.ts';
import { applyFilters } from './filters.ts';
import { repositoryOf } from './forge.ts';
import { imageProblem } from './image.ts';
import { applyAge, applyQuotas, dueIn, limitsOf } from './life.ts';
import { realisePreview } from './realise.ts';
import { removePreview } from './remove.ts';
import { healthOf, statusOf } from './status.ts';
import { unknownVariables } from './values.ts';

/** What is to be done for the previews of one Service, and what its status says of them. */
export type PreviewPlan = Readonly<{
  /** One a preview, to be carried out each by itself: what goes wrong with one stops none of the others. */
  outcomes: readonly PreviewOutcome[];
  report: Pick<ServiceReport, 'previews' | 'previewURLs' | 'previewProblem'>;
  /** Milliseconds until something is due without an event. */
  retryAfterMs?: number;
}>;

/** What is to be done for one preview, and what status will say of it; none where nothing is left to say. */
export type PreviewOutcome = Outcome & Readonly<{ preview: Preview }>;

const field = 'spec.previewEnvironment';
const unnamed = `${field}.gitOwner and gitRepo: required where previews are enabled; name the repository of the pull requests`;
const disabled = `${field}: this installation has no previews; set previews.enabled in the values of its chart (alustan controller --previews)`;
/** The names that an overlay may use; what they stand for does not matter here. */
const variables = { number: '', branch: '', slug: '', sha: '', sha7: '', author: '', url: '' };

/** Pure. A preview for each open pull request with the label (E14), and none that a positive answer has ended (E16). */
export function planPreviews(parent: Parent, facts: PreviewFacts, now: Date): PreviewPlan {
  const scene = sceneOf(parent, facts, now);
  const stage = stageOf(scene);
  if (typeof stage === 'string')
    return conclude(previewsToRemove(scene, removed('NotWanted', stage)), (item) => removePreview(scene, item));
  if (!facts.settings.enabled) return withProblem(scene, keepAll(scene), 'PreviewsDisabled', disabled);
  const { owner, repo } = stage.repository;
  if (owner === '' || repo === '') return withProblem(scene, keepAll(scene), 'InvalidSpec', unnamed);
  const problem = problemOf(stage);
  const collected = collectPreviews(stage);
  const previews = problem === undefined ? decide(stage, collected) : collected.map((item) => held(item, problem));
  const plan = conclude(previews, (preview) => carry(stage, preview));
  if (problem !== undefined) return withProblem(scene, plan, 'InvalidSpec', problem);
  const { failure, commandsFailure: deaf } = facts.pullRequests ?? {};
  if (failure !== undefined)
    return withProblem(scene, plan, failure.reason, `${failure.message}; previews stay as they are`);
  // What comes and goes is not told: the next look hears the same commands.
  if (deaf?.kind === 'invalid')
    return withProblem(scene, plan, 'CommandsUnheard', `commands in comments are not heard: ${deaf.message}`);
  const { unsaid } = facts;
  if (unsaid === undefined) return plan;
  return withProblem(scene, plan, 'NotTold', `pull requests are not told of their previews: ${unsaid.message}`);
}

/** Whose pull requests are asked for; in words why none are, where previews are not wanted. */
export function stageOf(scene: Scene<PreviewFacts>): Stage | string {
  const { service } = scene.parent;
  if (service === undefined) return 'the Service is gone';
  if (service.metadata.deletionTimestamp !== undefined) return 'the Service is being deleted';
  const env = service.spec.previewEnvironment;
  if (env?.enabled !== true) return `${field}.enabled is not true`;
  return { ...scene, service, env, repository: repositoryOf(env, scene.facts.settings) };
}

/** Commands, filters, age and quotas, in this order: what is kept out takes nobody's place. */
export function decide(stage: Stage, previews: readonly Preview[]): Preview[] {
  const limits = limitsOf(stage);
  const judged = previews.map((preview) => applyAge(stage, limits, applyFilters(stage, noteActivity(stage, preview))));
  return applyQuotas(stage, judged);
}

function carry(stage: Stage, preview: Preview): Outcome {
  const { verdict, pullRequest } = preview;
  if (verdict.want === 'remove') return removePreview(stage, preview);
  const due = dueIn(stage, limitsOf(stage), preview);
  if (verdict.want === 'keep' || pullRequest === undefined) return keep(stage, preview);
  const outcome = realisePreview(stage, preview, pullRequest);
  const soonest = Math.min(...due, outcome.retryAfterMs ?? Number.POSITIVE_INFINITY);
  return Number.isFinite(soonest) ? { ...outcome, retryAfterMs: soonest } : outcome;
}

/** Nobody can say what is wanted: what is there stays, and is looked at. */
function keep(scene: Scene, preview: Preview): Outcome {
  const { before, verdict, services } = preview;
  const { reason = '', message = '' } = verdict;
  const said =
    services.length > 0 ? healthOf(services) : ({ state: before?.state ?? 'Waiting', reason, message } as const);
  const slept = before?.state === 'Asleep' ? ({ ...said, state: 'Asleep', reason: before.reason } as const) : said;
  const isWell = slept.state === 'Ready' || slept.state === 'Asleep' || slept.message === message;
  const told = isWell ? message : `${slept.message}; ${message}`;
  return { groups: [], status: statusOf(scene, preview, { ...slept, message: told }) };
}

function keepAll({ parent }: Scene): PreviewPlan {
  return { outcomes: [], report: reportOf(parent.service?.status.previews ?? []) };
}

/** What has ended goes all the same. */
function held(preview: Preview, message: string): Preview {
  return preview.verdict.want === 'remove'
    ? preview
    : { ...preview, verdict: { want: 'keep', reason: 'InvalidSpec', message } };
}

/** Settings that cannot work, in words that say what to write. */
function problemOf(stage: Stage): string | undefined {
  const { env, facts, service } = stage;
  const [unknown] = unknownVariables(env.values ?? {}, variables);
  if (unknown !== undefined) {
    return `${field}.values: there is no \${preview.${unknown}}; known are ${Object.keys(variables).join(', ')}`;
  }
  const absent = (env.include ?? []).find((name) => facts.included[name] === undefined);
  if (absent !== undefined)
    return `${field}.include: there is no Service "${absent}" in namespace ${service.metadata.namespace}`;
  return limitsOf(stage).problem ?? imageProblem(stage);
}

function withProblem(scene: Scene, plan: PreviewPlan, reason: string, message: string): PreviewPlan {
  const before = scene.parent.service?.status.previewProblem;
  const since = before?.reason === reason ? before.since : scene.now.toISOString();
  return { ...plan, report: { ...plan.report, previewProblem: { reason, message, since } } };
}

function conclude(previews: readonly Preview[], carryOut: (preview: Preview) => Outcome): PreviewPlan {
  const outcomes = previews.map((preview) => ({ ...carryOut(preview), preview }));
  const due = outcomes.flatMap(({ retryAfterMs }) => retryAfterMs ?? []);
  return {
    outcomes,
    report: reportOf(outcomes.flatMap(({ status }) => status ?? [])),
    ...(due.length === 0 ? {} : { retryAfterMs: Math.min(...due) }),
  };
}

/** E17. */
function reportOf(previews: readonly PreviewStatus[]): PreviewPlan['report'] {
  const urls = previews.flatMap(({ namespace, urls = [] }) =>
    namespace === undefined || urls.length === 0 ? [] : [[namespace, urls] as const],
  );
  return {
    ...(previews.length === 0 ? {} : { previews: [...previews] }),
    ...(urls.length === 0 ? {} : { previewURLs: Object.fromEntries(urls) }),
  };
}

/** The same report where parts could not be carried out; tried again by whoever calls. */
export function tellFailures(
  { report }: PreviewPlan,
  failures: ReadonlyMap<PreviewStatus, Failure>,
  before: readonly PreviewStatus[],
  now: Date,
): PreviewPlan['report'] {
  if (failures.size === 0) return report;
  const previews = (report.previews ?? []).map((status) => {
    const failure = failures.get(status);
    if (failure === undefined) return status;
    const { reason, message } = failure;
    const last = before.find(({ number, repository }) => number === status.number && repository === status.repository);
    return { ...status, state: 'Failed', reason, message, since: sinceOf(last, 'Failed', reason, now) } as const;
  });
  return { ...report, previews };
}
