/** Value below which `share` (0…1) of the numbers lie; NaN of none. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5);
}

/** Does `work` for 0 … count-1, at most `parallel` at once. */
export async function inParallel(count: number, parallel: number, work: (index: number) => Promise<void>) {
  let next = 0;
  const lane = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(parallel, count) }, lane));
}

/** A measured figure beside what it should be. */
export type Line = Readonly<{ what: string; value: string; target?: string; met?: boolean }>;

/** `value` of at most, or at least, `limit`. */
export function judged(what: string, value: number, rule: '<=' | '>=', limit: number, unit = ''): Line {
  const met = rule === '<=' ? value <= limit : value >= limit;
  return { what, value: `${round(value)}${unit}`, target: `${rule} ${limit}${unit}`, met };
}

export function plain(what: string, value: number, unit = ''): Line {
  return { what, value: `${round(value)}${unit}` };
}

function round(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

export function print(title: string, lines: readonly Line[]): void {
  console.log(`\n## ${title}\n`);
  const width = Math.max(...lines.map(({ what }) => what.length));
  for (const { what, value, target, met } of lines) {
    const verdict = target ? `   ${target}   ${met ? 'met' : 'MISSED'}` : '';
    console.log(`${what.padEnd(width)}   ${value.padStart(10)}${verdict}`);
  }
}
