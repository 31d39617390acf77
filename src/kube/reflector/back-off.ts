/** Milliseconds of the pauses between tries: none, then about 0.25 s, doubled up to about 30 s, each ± 50 %. */
export function backOff(random: () => number): Readonly<{ next(): number; reset(): void }> {
  let failures = 0;
  return {
    next() {
      const base = failures === 0 ? 0 : Math.min(30_000, 250 * 2 ** (failures - 1));
      failures += 1;
      return base * (0.5 + random());
    },
    reset() {
      failures = 0;
    },
  };
}
