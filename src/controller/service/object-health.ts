import { health } from '../../core/health.ts';
import type { ActAs, ObjectRef } from '../../core/plan.ts';
import type { KubeObject } from '../../core/resource.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { ReleaseObject } from '../../plan/service/facts.ts';
import type { LiveObjects } from '../../source/cluster/objects.ts';
import { failingPod, selectorOf } from './root-cause.ts';

/** What is kept of a live object: its health, and what finds its pods. */
export function brief(object: KubeObject): KubeObject {
  const { apiVersion, kind, metadata } = object;
  const { name, namespace, uid, resourceVersion, labels } = metadata;
  const kept = Object.fromEntries(
    Object.entries({ name, namespace, uid, resourceVersion, labels }).filter(([, value]) => value !== undefined),
  ) as unknown as KubeObject['metadata'];
  if (kind === 'Pod') return { apiVersion, kind, metadata: kept, status: object['status'], health: health(object) };
  const selector = (object['spec'] as { selector?: unknown } | undefined)?.selector;
  return { apiVersion, kind, metadata: kept, selector, health: health(object) };
}

/** E19: health of a release's objects, with the pod that is to blame. */
export class ObjectHealth {
  readonly #objects: LiveObjects;
  readonly #client: KubeClient;

  constructor(objects: LiveObjects, client: KubeClient) {
    this.#objects = objects;
    this.#client = client;
  }

  async of(actAs: ActAs, ref: ObjectRef, signal: AbortSignal): Promise<ReleaseObject> {
    const live = await this.#objects.get(actAs, ref, signal);
    if (!live.ok) return { ref, health: 'Unknown', message: live.failure.message };
    if (live.value === undefined) return { ref, health: 'NotFound', message: `${ref.kind} ${ref.name} does not exist` };
    const judged = live.value['health'] as ReturnType<typeof health>;
    const labels = selectorOf(live.value);
    if (judged.status === 'Current' || labels === undefined || ref.kind === 'Pod') return fact(ref, judged);
    const cause = await this.#cause(actAs, labels, signal);
    return cause === undefined ? fact(ref, judged) : { ref, health: judged.status, message: cause };
  }

  async #cause(
    actAs: ActAs,
    labels: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const pods = await this.#objects.selected(actAs, { apiVersion: 'v1', kind: 'Pod' }, labels, signal);
    const cause = failingPod(pods);
    if (cause === undefined || !cause.hasLog) return cause?.message;
    const from = { namespace: actAs.namespace, name: cause.pod, tailLines: 1 };
    const where = cause.container === undefined ? from : { ...from, container: cause.container };
    const line = await this.#client
      .as(actAs)
      .podLog(where, signal)
      .catch(() => '');
    return line.trim() === '' ? cause.message : `${cause.message}; last log line: ${line.trim().slice(0, 300)}`;
  }
}

function fact(ref: ObjectRef, { status, message }: ReturnType<typeof health>): ReleaseObject {
  return { ref, health: status, ...(status === 'Current' ? {} : { message }) };
}
