import { Cron } from 'croner';
import { parseDuration } from './duration.ts';
import { fail, ok, type Result } from './result.ts';

/** A maintenance window: it opens at each time of the schedule, and stays open for the duration. */
export type Window = Readonly<{
  /** Five fields as cron has them, read as wall-clock time of the zone. */
  schedule: string;
  /** As Go writes it; elapsed time, whatever the clocks do meanwhile. */
  duration: string;
  /** IANA name. */
  timeZone: string;
}>;

/** When a window opens next. */
export type Opening = Readonly<{ at: Date; timeZone: string }>;

type Read = Readonly<{ timeZone: string; durationMs: number; next: (after: Date) => Date | undefined }>;

/** What a schedule looks like; what its fields hold is read below. A zone in it (`TZ=…`) does not fit. */
export const scheduleForm =
  /^(@(yearly|annually|monthly|weekly|daily|midnight|hourly)|[-0-9A-Za-z*/,?#]+( +[-0-9A-Za-z*/,?#]+){4})$/;
export const scheduleHint =
  'write five fields as cron has them (minute, hour, day, month, weekday), for example `0 22 * * 1-5`; the zone stands in timeZone';
/** Times that are named, not stepped through, are met once on each day, whatever the clocks do. */
const reading = { paused: true, mode: '5-part', fixedTimeRule: 'no-wildcard' } as const;
/** Milliseconds: what is open for longer is no window. */
const longestMs = 7 * 24 * 3_600_000;

/**
 * When the first of these windows opens; undefined while one of them is open. A failure names the field below `field`.
 *
 * A time that the clocks leave out counts as the moment when they have jumped; one that comes twice counts the first
 * time. Where minute or hour have `*` or a step the clock is taken as it is: nothing is made up for, nothing left out.
 */
export function nextOpening(windows: readonly Window[], now: Date, field: string): Result<Opening | undefined> {
  let first: Opening | undefined;
  let isOpen = false;
  for (const [index, window] of windows.entries()) {
    const read = readWindow(window, `${field}[${index}]`);
    if (!read.ok) return read;
    const { timeZone, durationMs, next } = read.value;
    const at = next(now);
    if (at === undefined) {
      const message = `${field}[${index}].schedule: "${window.schedule}" names a day that never comes; correct it`;
      return fail('invalid', 'InvalidWindow', message);
    }
    if (first === undefined || at < first.at) first = { at, timeZone };
    // One that began within the last `durationMs` has not ended: both questions are put to one function.
    const begun = next(new Date(now.getTime() - durationMs));
    isOpen ||= begun !== undefined && begun <= now;
  }
  return ok(isOpen ? undefined : first);
}

function readWindow({ schedule, duration, timeZone }: Window, field: string): Result<Read> {
  const refuse = (name: string, why: string) => fail('invalid', 'InvalidWindow', `${field}.${name}: ${why}`);
  const length = parseDuration(duration);
  if (!length.ok) return refuse('duration', length.failure.message);
  if (length.value <= 0 || length.value > longestMs) {
    return refuse('duration', `"${duration}" is not above zero and up to 168h; write for example 4h`);
  }
  if (!isZone(timeZone)) {
    return refuse('timeZone', `"${timeZone}" is not a known time zone; write an IANA name, for example Europe/Berlin`);
  }
  const cron = readSchedule(schedule, timeZone);
  if (!cron.ok) return refuse('schedule', cron.failure.message);
  const next = (after: Date) => cron.value.nextRun(after) ?? undefined;
  return ok({ timeZone, durationMs: length.value, next });
}

function readSchedule(schedule: string, timezone: string): Result<Cron> {
  let why = '';
  try {
    if (scheduleForm.test(schedule)) return ok(new Cron(schedule, { ...reading, timezone }));
  } catch (error) {
    why = ` (${(error as Error).message.replace(/^\w+: /, '')})`;
  }
  return fail('invalid', 'InvalidWindow', `"${schedule}" cannot be read${why}; ${scheduleHint}`);
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    // Offsets are zones to Intl, but know nothing of daylight-saving time.
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}

/** `2026-11-28T22:00:00+01:00 (Europe/Berlin)`: the clock that the schedule was written for. */
export function tellOpening({ at, timeZone }: Opening): string {
  const parts = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).formatToParts(at);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [offset = '', sign, hours = '0', minutes = '0'] = /([+-])(\d\d):(\d\d)/.exec(name) ?? [];
  const shiftMs = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -60_000 : 60_000);
  const local = new Date(at.getTime() + shiftMs).toISOString().slice(0, 19);
  return `${local}${shiftMs === 0 ? 'Z' : offset} (${timeZone})`;
}
