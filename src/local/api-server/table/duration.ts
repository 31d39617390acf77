const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

/** A span as kubectl shows ages: two units while they say something, then one. Seconds in. */
export function humanDuration(seconds: number): string {
  const s = Math.trunc(seconds);
  if (s < -1) return '<invalid>';
  if (s < 0) return '0s';
  if (s < 2 * minute) return `${s}s`;
  if (s < 10 * minute) return two(s, minute, 'm', 1, 's');
  if (s < 3 * hour) return `${Math.trunc(s / minute)}m`;
  if (s < 8 * hour) return two(s, hour, 'h', minute, 'm');
  if (s < 2 * day) return `${Math.trunc(s / hour)}h`;
  if (s < 8 * day) return two(s, day, 'd', hour, 'h');
  if (s < 2 * year) return `${Math.trunc(s / day)}d`;
  if (s < 8 * year) return two(s, year, 'y', day, 'd');
  return `${Math.trunc(s / year)}y`;
}

function two(seconds: number, big: number, bigName: string, small: number, smallName: string): string {
  const rest = Math.trunc((seconds % big) / small);
  const head = `${Math.trunc(seconds / big)}${bigName}`;
  return rest === 0 ? head : `${head}${rest}${smallName}`;
}

/** The time since an RFC 3339 stamp; `<unknown>` without one. */
export function age(stamp: unknown, now: Date): string {
  const at = typeof stamp === 'string' ? Date.parse(stamp) : Number.NaN;
  return Number.isNaN(at) ? '<unknown>' : humanDuration((now.getTime() - at) / 1000);
}
