import { isFinished, isTerminating } from '../cluster/pods.ts';
import type { Pod } from '../cluster/types.ts';
import { nodeLabels } from './register.ts';
import { isGated, unschedulable } from './schedule.ts';

export type TurnsOptions = Readonly<{
  /** Pods of one sort that may be on the node at once. */
  limit: number;
  /** Pods of a sort wait for each other only; undefined: waits for nobody, since it takes nothing of the machine. */
  sortOf: (pod: Pod) => string | undefined;
  /** All pods, in the order in which they were first heard of. */
  pods: () => readonly Pod[];
}>;

/**
 * Whose turn it is to be placed on the node: of each sort so many at once, the others in the order in which they came.
 * What is on the node is what the API says, so that nothing is lost or counted twice when local mode starts again.
 */
export class Turns {
  readonly limit: number;
  readonly #options: TurnsOptions;
  /** Uids of pods that are being placed: the watch may not have told of them yet. */
  readonly #taken = new Set<string>();

  constructor(options: TurnsOptions) {
    this.limit = options.limit;
    this.#options = options;
  }

  /** Whether the pod is being placed. */
  has({ metadata: { uid = '' } }: Pod): boolean {
    return this.#taken.has(uid);
  }

  /** Takes the turn where it has come; it is kept until the pod has ended, or `giveBack`. */
  take(pod: Pod): boolean {
    const sort = this.#options.sortOf(pod);
    if (sort === undefined) return true;
    const { uid } = pod.metadata;
    if (!this.#next(sort).some(({ metadata }) => metadata.uid === uid)) return false;
    this.#taken.add(uid ?? '');
    return true;
  }

  /** The pod was not placed, or is gone. */
  giveBack(uid: string): void {
    this.#taken.delete(uid);
  }

  /** Who may take the turn that this pod has left. */
  after(pod: Pod): Pod[] {
    const sort = this.#options.sortOf(pod);
    return sort === undefined ? [] : this.#next(sort);
  }

  #next(sort: string): Pod[] {
    const same = this.#options.pods().filter((pod) => !isFinished(pod) && this.#options.sortOf(pod) === sort);
    const isPlaced = ({ spec: { nodeName }, metadata: { uid = '' } }: Pod) => !!nodeName || this.#taken.has(uid);
    const free = this.limit - same.filter(isPlaced).length;
    if (free <= 0) return [];
    const arrived = ({ metadata: { creationTimestamp = '' } }: Pod) => creationTimestamp;
    // The sort is stable: of those of one second the first that was heard of comes first.
    const waiting = same.filter((pod) => !isPlaced(pod) && canBePlaced(pod));
    return waiting.sort((a, b) => arrived(a).localeCompare(arrived(b))).slice(0, free);
  }
}

function canBePlaced(pod: Pod): boolean {
  return !isTerminating(pod) && !isGated(pod) && unschedulable(pod, nodeLabels) === undefined;
}
