import { act } from '../cluster/act.ts';
import { isTerminating, stamp } from '../cluster/pods.ts';
import type { Pod } from '../cluster/types.ts';
import type { World } from '../cluster/world.ts';
import { nodeLabels, nodeName } from './register.ts';
import { isGated, unschedulable } from './schedule.ts';
import type { Turns } from './turns.ts';

const component = 'default-scheduler';
/** Milliseconds that a pod may wait for its turn before it is told of: of many at once most wait less. */
const quietMs = 2_000;

/** Places pods on the only node, or says why not. */
export class Scheduler {
  readonly #world: World;
  readonly #turns: Turns;

  constructor(world: World, turns: Turns) {
    this.#world = world;
    this.#turns = turns;
  }

  /** Resolves to the milliseconds after which the pod is to be looked at again. */
  async place(pod: Pod, now: Date): Promise<number | undefined> {
    if (isTerminating(pod) || isGated(pod) || this.#turns.has(pod)) return undefined;
    const message = unschedulable(pod, nodeLabels);
    if (message !== undefined) return await this.#refuse(pod, message, now);
    if (this.#turns.take(pod)) return await this.#bind(pod);
    const quiet = Date.parse(pod.metadata.creationTimestamp ?? '') + quietMs - now.getTime();
    return quiet > 0 ? quiet : await this.#refuse(pod, this.#tooMany(), now);
  }

  async #bind(pod: Pod): Promise<undefined> {
    const { namespace, name, uid } = pod.metadata;
    const body = {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name, namespace, uid },
      target: { apiVersion: 'v1', kind: 'Node', name: nodeName },
    };
    try {
      await this.#world.request('POST', `/api/v1/namespaces/${namespace}/pods/${name}/binding`, body);
    } catch (error) {
      this.#turns.giveBack(uid ?? '');
      throw error;
    }
    const words = `Successfully assigned ${namespace}/${name} to ${nodeName}`;
    return await this.#tell(pod, 'Normal', 'Scheduled', words);
  }

  async #refuse(pod: Pod, message: string, now: Date): Promise<undefined> {
    if (pod.status?.conditions?.some((one) => one.reason === 'Unschedulable')) return undefined;
    const condition = {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message,
      lastProbeTime: null,
      lastTransitionTime: stamp(now),
    };
    const patch = { status: { conditions: [condition] } };
    await act(this.#world, [{ do: 'patch', object: pod, patch, subresource: 'status' }], component);
    return await this.#tell(pod, 'Warning', 'FailedScheduling', message);
  }

  /** A scheduler's words, and what they mean here. */
  #tooMany(): string {
    const { limit } = this.#turns;
    return `0/1 nodes are available: 1 Too many pods. Local mode runs ${limit} such processes at once: this one has its turn when one of them has ended.`;
  }

  async #tell(object: Pod, type: 'Normal' | 'Warning', reason: string, message: string): Promise<undefined> {
    await act(this.#world, [{ do: 'event', object, type, reason, message }], component);
  }
}
