import type { PreviewStatus } from '../../api/preview.ts';
import { parseService } from '../../api/service.ts';
import type { ServiceStatus } from '../../api/service-status.ts';
import type { CarryOut } from '../../apply/carry-out.ts';
import type { Key, Ring } from '../../core/key.ts';
import type { KubeObject } from '../../core/resource.ts';
import type { Failure } from '../../core/result.ts';
import { isConflict, isNotFound } from '../../kube/client.ts';
import { knownPreviews, sceneOf } from '../../plan/preview/collect.ts';
import type { Scene } from '../../plan/preview/draft.ts';
import type { Parent, PreviewFacts } from '../../plan/preview/facts.ts';
import { planFeedback } from '../../plan/preview/feedback.ts';
import { type PreviewPlan, planPreviews, tellFailures } from '../../plan/preview/plan.ts';
import type { StatusWriter } from '../../status/writer.ts';
import { previewNamespace, previewSpaces, servicesOf } from '../preview-origin.ts';
import type { Requeue } from '../reconciler.ts';
import { gatherPreviews, type PreviewTools } from './gather.ts';
import { previewKey } from './key.ts';

type Tools = PreviewTools &
  Readonly<{
    writer: Pick<StatusWriter, 'write'>;
    carryOut: CarryOut;
    ring: Ring;
    /** No pass looks after its previews any more. */
    forget: Ring;
  }>;

/** Milliseconds until what failed is tried again, and until a status that somebody else has written is. */
const afterFailureMs = 15_000;
const afterConflictMs = 100;

/**
 * The passes of previews: one for each Service that wants some, beside the Service's own. So a forge or a preview that
 * does not work holds no delivery up. Writes its own fields of the status and no other.
 */
export class PreviewController {
  readonly #tools: Tools;

  constructor(tools: Tools) {
    this.#tools = tools;
  }

  /** Level-based. Rejects when the status cannot be written, and with the signal's reason. */
  async reconcile({ namespace, name }: Key, signal: AbortSignal): Promise<Requeue> {
    const object = this.#tools.caches.services.get({ namespace, name });
    const parsed = object === undefined ? undefined : parseService(object);
    // Its own pass tells what is wrong; its previews stay as they are.
    if (parsed?.ok === false) return {};
    const parent: Parent = { namespace, name, ...(parsed === undefined ? {} : { service: parsed.value }) };
    if (!this.#concerns(parent)) {
      this.#tools.forget(previewKey({ namespace, name }));
      return {};
    }
    const facts = await gatherPreviews(this.#tools, parent, signal);
    const now = this.#tools.now();
    const plan = planPreviews(parent, facts, now);
    const failures = await this.#carryOut(plan, signal);
    signal.throwIfAborted();
    const report = tellFailures(plan, failures, parent.service?.status.previews ?? [], now);
    await this.#say(sceneOf(parent, facts, now), plan, report, signal);
    const written = object === undefined || (await this.#write(object, report));
    if (!written) return { requeueAfterMs: afterConflictMs };
    const again = failures.size > 0 ? afterFailureMs : plan.retryAfterMs;
    const intervalMs = facts.pullRequests === undefined ? undefined : this.#tools.intervalMs;
    const requeueAfterMs = Math.min(again ?? Number.POSITIVE_INFINITY, intervalMs ?? Number.POSITIVE_INFINITY);
    return Number.isFinite(requeueAfterMs) ? { requeueAfterMs } : {};
  }

  /** Whether it wants previews, has some, or has left some behind. */
  #concerns(parent: Parent): boolean {
    const { service } = parent;
    if (service?.spec.previewEnvironment?.enabled === true || service?.status.previews !== undefined) return true;
    if (service?.status.previewProblem !== undefined) return true;
    const { caches, installationKey, now } = this.#tools;
    const spaces = previewSpaces(caches);
    const facts = { installationKey, namespaces: spaces.map(previewNamespace), services: servicesOf(caches, spaces) };
    return knownPreviews(sceneOf(parent, facts, now())).length > 0;
  }

  /** Each preview by itself. */
  async #carryOut({ outcomes }: PreviewPlan, signal: AbortSignal): Promise<Map<PreviewStatus, Failure>> {
    const { carryOut, caches } = this.#tools;
    const failures = new Map<PreviewStatus, Failure>();
    await Promise.all(
      outcomes.map(async ({ groups, status }) => {
        if (groups.length === 0) return;
        const { failure, objects } = await carryOut(groups, signal);
        for (const object of objects) if (object.kind === 'Service') caches.services.witness(object);
        if (failure !== undefined && status !== undefined) failures.set(status, failure);
      }),
    );
    return failures;
  }

  /** On the pull requests; with the failures of this pass in it. Never fails: what cannot be said is told in the log. */
  async #say(scene: Scene<PreviewFacts>, plan: PreviewPlan, report: PreviewPlan['report'], signal: AbortSignal) {
    const actions = planFeedback(scene, plan.outcomes, report.previews ?? []);
    if (actions.length > 0) await this.#tools.carryOut([{ name: 'feedback', actions }], signal);
  }

  /** False where somebody else has written it in between. */
  async #write(object: KubeObject, report: PreviewPlan['report']): Promise<boolean> {
    const {
      previews: _,
      previewURLs: _urls,
      previewProblem: problem,
      ...rest
    } = (object['status'] ?? {}) as ServiceStatus;
    try {
      const written = await this.#tools.writer.write(object, { ...rest, ...report });
      if (written !== object) this.#tools.caches.services.witness(written);
    } catch (error) {
      if (isConflict(error)) return false;
      if (!isNotFound(error)) throw error;
    }
    const { namespace = '', name, deletionTimestamp } = object.metadata;
    // Its own pass waits for the last of them to be gone (E10), and tells of the problem.
    const isGone = deletionTimestamp !== undefined && report.previews === undefined;
    if (isGone || problem?.message !== report.previewProblem?.message)
      this.#tools.ring({ kind: 'Service', namespace, name });
    return true;
  }
}
