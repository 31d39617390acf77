import type { Pod } from '../cluster/types.ts';

/** Gives each pod an address of its own in 10.244.0.0/16; an address in use in the API is not given again. */
export class Addresses {
  readonly #taken = new Map<string, string>();
  #next = 2;

  of(pod: Pod, others: () => readonly Pod[]): string {
    const uid = pod.metadata.uid ?? '';
    const own = pod.status?.podIP ?? this.#taken.get(uid);
    if (own !== undefined) return own;
    if (pod.spec['hostNetwork'] === true) return '127.0.0.1';
    const used = new Set([...this.#taken.values(), ...others().map(({ status }) => status?.podIP)]);
    let address = this.#advance();
    while (used.has(address)) address = this.#advance();
    this.#taken.set(uid, address);
    return address;
  }

  release(uid: string): void {
    this.#taken.delete(uid);
  }

  #advance(): string {
    const number = this.#next;
    // From .0.2 to .255.254, then around.
    this.#next = number >= 65_534 ? 2 : number + 1;
    return `10.244.${number >> 8}.${number & 255}`;
  }
}
