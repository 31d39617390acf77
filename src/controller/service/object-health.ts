import { health } from '../../core/health.ts';
import type { ObjectRef } from '../../core/plan.ts';
import type { KubeObject } from '../../core/resource.ts';
import type { Failure } from '../../core/result.ts';
import { plain } from '../../core/text.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { ReleaseObject } from '../../plan/service/facts.ts';
import type { LiveObjects, View } from '../../source/cluster/objects.ts';
import { type Looker, unknownKind } from '../../source/cluster/watches.ts';
import { failingPod, selectorOf } from './root-cause.ts';

/** What is kept of a live object: its health, and what finds its pods. */
export const healthView: View = { name: 'health', keep: brief };

function brief(object: KubeObject): KubeObject {
  const { apiVersion, kind, metadata } = object;
  const { name, namespace, uid, resourceVersion, labels } = metadata;
  const isPod = apiVersion === 'v1' && kind === 'Pod';
  const kept: KubeObject['metadata'] = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(isPod && labels !== undefined ? { labels } : {}),
  };
  if (isPod) return { apiVersion, kind, metadata: kept, status: object['status'], health: health(object) };
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

  /** The same reference as the API server has it: without a namespace where the kind has none. */
  place(ref: ObjectRef): Promise<ObjectRef> {
    return this.#objects.place(ref);
  }

  /** @param blames called before pods are read: from then on a change of a pod in the namespace may change the answer. */
  async of(looker: Looker, ref: ObjectRef, blames: Blames, signal: AbortSignal): Promise<ReleaseObject> {
    const live = await this.#objects.get(looker, ref, signal);
    if (!live.ok) return unread(ref, live.failure);
    if (live.value === undefined) return { ref, health: 'NotFound', message: `${ref.kind} ${ref.name} does not exist` };
    const judged = live.value['health'] as ReturnType<typeof health>;
    const labels = selectorOf(live.value);
    if (judged.status === 'Current' || labels === undefined || ref.kind === 'Pod') return fact(ref, judged);
    const namespace = ref.namespace ?? looker.namespace;
    blames(namespace);
    const cause = await this.#cause(looker, namespace, labels, signal);
    return cause === undefined ? fact(ref, judged) : { ref, health: judged.status, message: cause };
  }

  async #cause(
    looker: Looker,
    namespace: string,
    labels: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const pods = await this.#objects.selected(looker, { apiVersion: 'v1', kind: 'Pod', namespace }, labels, signal);
    const cause = failingPod(pods);
    if (cause === undefined || !cause.hasLog) return cause?.message;
    const from = { namespace, name: cause.pod, tailLines: 1 };
    const where = cause.container === undefined ? from : { ...from, container: cause.container };
    const line = await this.#client
      .as({ namespace: looker.namespace, serviceAccount: looker.serviceAccount })
      .podLog(where, signal)
      .catch(() => '');
    const words = plain(line).trim();
    return words === '' ? cause.message : `${cause.message}; last log line: ${words.slice(0, 300)}`;
  }
}

/** Told of a namespace whose pods are looked at. */
export type Blames = (namespace: string) => void;

/** With its definition an object has gone, too; what may not be read is neither well nor unwell. */
function unread(ref: ObjectRef, { reason, message }: Failure): ReleaseObject {
  return { ref, health: reason === unknownKind ? 'NotFound' : 'Unknown', message };
}

function fact(ref: ObjectRef, { status, message }: ReturnType<typeof health>): ReleaseObject {
  return { ref, health: status, ...(status === 'Current' ? {} : { message }) };
}
