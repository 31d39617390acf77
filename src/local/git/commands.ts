/** One ref that a push asks to change; an id of zeros means that the ref does not exist (before or after). */
export type RefUpdate = Readonly<{ name: string; old: string; new: string }>;

const COMMAND = /^([0-9a-f]{40,64}) ([0-9a-f]{40,64}) ([^\0\n]+)/;
const MAX_PACKET = 65520;

/**
 * Reads the list of commands at the head of a `git-receive-pack` request (pkt-lines up to the first flush packet; see
 * gitprotocol-pack, "Reference Update Request") from the chunks that pass by, and ignores the pack that follows.
 */
export class CommandReader {
  readonly updates: RefUpdate[] = [];
  #rest: Buffer = Buffer.alloc(0);
  #done = false;

  write(chunk: Uint8Array): void {
    if (this.#done) return;
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (!this.#done && this.#rest.length >= 4) {
      const length = Number.parseInt(this.#rest.toString('latin1', 0, 4), 16);
      // Below 4: flush and its kin, which end the list. Not a number: no push at all, git itself will say so.
      if (!(length >= 4 && length <= MAX_PACKET)) this.#finish();
      else if (this.#rest.length < length) return;
      else this.#packet(length);
    }
  }

  #packet(length: number): void {
    const [, old, next, name] = COMMAND.exec(this.#rest.toString('utf8', 4, length)) ?? [];
    if (old !== undefined && next !== undefined && name !== undefined) this.updates.push({ name, old, new: next });
    this.#rest = this.#rest.subarray(length);
  }

  #finish(): void {
    this.#done = true;
    this.#rest = Buffer.alloc(0);
  }
}
