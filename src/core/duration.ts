import { fail, ok, type Result } from './result.ts';

/** Milliseconds of Go's units. */
const units: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
const whole = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
const part = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;

/** Reads a Go duration such as `1h30m`, `1.5s` or `0`; the result is in milliseconds and may be negative (E35). */
export function parseDuration(text: string): Result<number> {
  const trimmed = text.trim();
  if (/^[+-]?0$/.test(trimmed)) return ok(0);
  if (!whole.test(trimmed)) {
    return fail('invalid', 'InvalidDuration', `"${text}" is not a duration; write for example 30s, 5m or 1h30m`);
  }
  let ms = 0;
  for (const [, number, unit] of trimmed.matchAll(part)) ms += Number(number) * (units[unit ?? ''] ?? 0);
  return ok(trimmed.startsWith('-') ? -ms : ms);
}

/** Milliseconds; whoever writes `5ms` for `5m` would have a registry asked without a pause. */
const shortestMs = 1000;

/** Of a duration that is used as a second: that it is. Undefined for one that is used as it is written. */
export function tellShort(text: string, ms: number): string | undefined {
  return ms < shortestMs ? `"${text}" is shorter than ${formatDuration(shortestMs)}, which is used` : undefined;
}

/**
 * An interval of the configuration, in milliseconds, at least a second: the default for what is absent, not a duration, or
 * not above zero (E35). `note` hears why a given text was not used.
 */
export function intervalOr(text: string | undefined, defaultMs: number, note?: (why: string) => void): number {
  if (text === undefined || text.trim() === '') return defaultMs;
  const parsed = parseDuration(text);
  if (!parsed.ok || parsed.value <= 0) {
    const why = parsed.ok ? `"${text}" is not above zero` : parsed.failure.message;
    note?.(`${why}; ${formatDuration(defaultMs)} is used`);
    return defaultMs;
  }
  const short = tellShort(text, parsed.value);
  if (short !== undefined) note?.(short);
  return Math.max(parsed.value, shortestMs);
}

/** Go's way of writing a duration: `1h30m0s`, `5m0s`, `1.5s`, `250ms`, `0s`. */
export function formatDuration(ms: number): string {
  const sign = ms < 0 ? '-' : '';
  const value = Math.abs(ms);
  if (value === 0) return '0s';
  if (value < 1000) return `${sign}${trim(value)}ms`;
  const hours = Math.floor(value / 3_600_000);
  const minutes = Math.floor((value % 3_600_000) / 60_000);
  const seconds = `${trim((value % 60_000) / 1000)}s`;
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${sign}${minutes}m${seconds}` : `${sign}${seconds}`;
}

function trim(value: number): string {
  return String(Number(value.toFixed(6)));
}
