import type { Failure } from '../../core/result.ts';
import type { Letter } from './outbox.ts';

/** Sections that are remembered: a forge that refuses everything must not fill the memory. */
const most = 10_000;

/** Why words cannot be said, by whose words they are: what a person must mend, and not what comes and goes. */
export class Refusals {
  readonly #changed: (section: string) => void;
  readonly #known = new Map<string, Map<string, Failure>>();

  constructor(changed: (section: string) => void) {
    this.#changed = changed;
  }

  /** The newest of a section. */
  of(section: string): Failure | undefined {
    return [...(this.#known.get(section)?.values() ?? [])].at(-1);
  }

  /** @param failure absent: the letter has been said, whoever had part in it. */
  note({ section, key }: Pick<Letter, 'section' | 'key'>, failure?: Failure): void {
    const concerned = failure === undefined ? [...this.#known.keys()] : [section];
    for (const name of concerned) this.#set(name, key, failure?.kind === 'invalid' ? failure : undefined);
  }

  #set(section: string, key: string, failure: Failure | undefined): void {
    const before = this.of(section)?.message;
    const letters = this.#known.get(section) ?? new Map<string, Failure>();
    letters.delete(key);
    if (failure !== undefined) letters.set(key, failure);
    if (letters.size === 0) this.#known.delete(section);
    else this.#known.set(section, letters);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= most) break;
      this.#known.delete(oldest);
    }
    if (this.of(section)?.message !== before) this.#changed(section);
  }
}
