import type { Failure } from '../../core/result.ts';
import type { Letter } from './outbox.ts';

/** Sections that are remembered: a forge that refuses everything must not fill the memory. */
const most = 10_000;

type Refusal = Readonly<{ place: string; failure: Failure }>;

/** Why words cannot be said, by whose words they are: what a person must mend, and not what comes and goes. */
export class Refusals {
  readonly #changed: (section: string) => void;
  /** By section, then by the letter's key. */
  readonly #known = new Map<string, Map<string, Refusal>>();

  constructor(changed: (section: string) => void) {
    this.#changed = changed;
  }

  /** The newest of a section. What was met as another login, or at another repository, is mended already. */
  of(section: string, place: string): Failure | undefined {
    const refusals = [...(this.#known.get(section)?.values() ?? [])];
    return refusals.findLast((refusal) => refusal.place === place)?.failure;
  }

  /** The letter cannot be said. */
  refused({ section, key, place }: Letter, failure: Failure): void {
    this.#set(section, key, place, failure.kind === 'invalid' ? { place, failure } : undefined);
  }

  /** The letter has been said, whoever had part in it. */
  said({ key, place }: Letter): void {
    for (const section of [...this.#known.keys()]) this.#set(section, key, place, undefined);
  }

  /** Nobody has to hear whether it can be said. */
  dropped({ section, key, place }: Letter): void {
    this.#set(section, key, place, undefined);
  }

  #set(section: string, key: string, place: string, refusal: Refusal | undefined): void {
    const before = this.of(section, place)?.message;
    const letters = this.#known.get(section) ?? new Map<string, Refusal>();
    letters.delete(key);
    if (refusal !== undefined) letters.set(key, refusal);
    if (letters.size === 0) this.#known.delete(section);
    else this.#known.set(section, letters);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= most) break;
      this.#known.delete(oldest);
    }
    if (this.of(section, place)?.message !== before) this.#changed(section);
  }
}
