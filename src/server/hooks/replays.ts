const kept = 10_000;

/** Which deliveries were taken already, of the last ten thousand. */
export class Replays {
  readonly #seen = new Set<string>();

  /** An empty id is always new. */
  isNew(id: string): boolean {
    if (id === '' || id.length > 100) return true;
    if (this.#seen.has(id)) return false;
    this.#seen.add(id);
    for (const oldest of this.#seen) {
      if (this.#seen.size <= kept) break;
      this.#seen.delete(oldest);
    }
    return true;
  }
}
