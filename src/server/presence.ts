import type { RunningController } from '../controller/options.ts';
import { urlOf } from '../core/identity.ts';
import type { Role } from '../core/role.ts';

export type Answer = Readonly<{ ok: boolean; says: string }>;

/** Milliseconds for which keys may wait without one of them being taken: passes have limits far below. */
const stuckMs = 10 * 60_000;

/** What this process is to others: its role, the controller while it leads, and what the probes say of it. */
export class Presence {
  #role: Role = 'starting';
  #controller: RunningController | undefined;
  #leader: string | undefined;

  get role(): Role {
    return this.#role;
  }

  /** The controller, while this process leads. */
  readonly controller = (): RunningController | undefined => this.#controller;

  /** URL of the replica that leads, while this one stands by and the other one says where it is. */
  readonly leader = (): string | undefined => this.#leader;

  readonly become = (role: Role, controller?: RunningController, holder?: string): void => {
    this.#role = role;
    this.#leader = holder === undefined ? undefined : urlOf(holder);
    this.#controller = controller;
  };

  /**
   * Whether a new process would do better. That this answers at all says that the event loop turns; what is left is a
   * loop whose workers never come back.
   */
  readonly alive = (): Answer => {
    const ms = this.#controller?.stats().stalledMs ?? 0;
    if (ms < stuckMs) return { ok: true, says: `ok: ${this.#role}` };
    return { ok: false, says: `no key has been taken from the queue for ${Math.round(ms / 1000)} s, and some wait` };
  };

  /** Ready is who leads with caches that are filled, and who would take over. */
  readonly ready = (): Answer => ({
    ok: this.#role === 'leading' || this.#role === 'standby',
    says: { ...words, leading: 'ok: leading', standby: 'ok: standby, another replica leads' }[this.#role],
  });
}

const words = {
  starting: 'starting: waits for the API server',
  loading: 'loading: waits for the first lists of its caches',
  stopping: 'stopping',
};
