import { describe, expect, it } from 'vitest';
import { nextOpening, tellOpening, type Window } from './window.ts';

const berlin = { schedule: '0 22 * * 1-5', duration: '4h', timeZone: 'Europe/Berlin' };

/** `open`, when it opens, or why it cannot be read. */
function ask(windows: readonly Window[], now: string): string {
  const result = nextOpening(windows, new Date(now), 'spec.window');
  if (!result.ok) return result.failure.message;
  return result.value === undefined ? 'open' : tellOpening(result.value);
}

describe('when a window is open, and when it opens next', () => {
  it.each([
    ['before it', '2026-11-27T20:59:59.999Z', '2026-11-27T22:00:00+01:00 (Europe/Berlin)'],
    ['at its first moment', '2026-11-27T21:00:00.000Z', 'open'],
    ['over midnight, into a day that is not in the schedule', '2026-11-28T00:59:59.999Z', 'open'],
    ['at its end', '2026-11-28T01:00:00.000Z', '2026-11-30T22:00:00+01:00 (Europe/Berlin)'],
    ['in summer', '2026-07-01T12:00:00Z', '2026-07-01T22:00:00+02:00 (Europe/Berlin)'],
  ])('%s', (_, now, expected) => {
    expect(ask([berlin], now)).toBe(expected);
  });

  it.each<[string, Partial<Window>, string, string]>([
    [
      'its opening in the hour that is left out',
      { schedule: '30 2 * * *', duration: '1h' },
      '2026-03-29T00:59:59Z',
      '2026-03-29T03:00:00+02:00 (Europe/Berlin)',
    ],
    ['a whole day is not lost by it', { schedule: '30 2 * * 0', duration: '1h' }, '2026-03-29T01:00:00Z', 'open'],
    [
      'its opening in the hour that comes twice: the first counts',
      { schedule: '30 2 * * *', duration: '30m' },
      '2026-10-25T00:30:00Z',
      'open',
    ],
    [
      'and the second does not',
      { schedule: '30 2 * * *', duration: '30m' },
      '2026-10-25T01:30:00Z',
      '2026-10-26T02:30:00+01:00 (Europe/Berlin)',
    ],
    [
      'its duration is elapsed time: over the hour that comes twice',
      { schedule: '0 1 * * *', duration: '2h' },
      '2026-10-25T00:59:00Z',
      'open',
    ],
    [
      'it ends after two hours, at what is 02:00 again',
      { schedule: '0 1 * * *', duration: '2h' },
      '2026-10-25T01:00:00Z',
      '2026-10-26T01:00:00+01:00 (Europe/Berlin)',
    ],
    [
      'several times that are named in the hour that is left out: none is lost',
      { schedule: '0,30 2 * * 0', duration: '1h' },
      '2026-03-29T01:59:59Z',
      'open',
    ],
    [
      'and in the hour that comes twice',
      { schedule: '0,30 2 * * *', duration: '30m' },
      '2026-10-25T01:15:00Z',
      '2026-10-26T02:00:00+01:00 (Europe/Berlin)',
    ],
    [
      'a step follows the clock: it is not met where that jumps',
      { schedule: '*/20 2 * * 0', duration: '1h' },
      '2026-03-29T01:00:00Z',
      '2026-04-05T02:00:00+02:00 (Europe/Berlin)',
    ],
    ['and is met both times', { schedule: '*/30 2 * * *', duration: '30m' }, '2026-10-25T01:15:00Z', 'open'],
    [
      'midnight that does not exist',
      { schedule: '0 0 * * *', duration: '1h', timeZone: 'Africa/Cairo' },
      '2026-04-23T21:59:59Z',
      '2026-04-24T01:00:00+03:00 (Africa/Cairo)',
    ],
    [
      'half an hour of summer time',
      { schedule: '15 2 * * *', duration: '15m', timeZone: 'Australia/Lord_Howe' },
      '2026-10-03T15:29:59Z',
      '2026-10-04T02:30:00+11:00 (Australia/Lord_Howe)',
    ],
  ])('daylight-saving time: %s', (_, window, now, expected) => {
    expect(ask([{ ...berlin, ...window }], now)).toBe(expected);
  });

  it.each<[string, string, string]>([
    ['the second Tuesday', '0 22 * * 2#2', '2026-12-08T22:00:00Z (UTC)'],
    ['the last Sunday', '0 22 * * 0L', '2026-11-29T22:00:00Z (UTC)'],
    ['the last day of the month', '0 22 L * *', '2026-11-30T22:00:00Z (UTC)'],
    ['names', '0 22 * DEC SAT', '2026-12-05T22:00:00Z (UTC)'],
    ['day and weekday: either, as cron has it', '0 22 1 * 2', '2026-12-01T22:00:00Z (UTC)'],
    ['a nickname', '@weekly', '2026-11-29T00:00:00Z (UTC)'],
    ['a leap day', '0 0 29 2 *', '2028-02-29T00:00:00Z (UTC)'],
  ])('%s', (_, schedule, expected) => {
    expect(ask([{ schedule, duration: '1h', timeZone: 'UTC' }], '2026-11-28T12:00:00Z')).toBe(expected);
  });

  it('of several windows one that is open is enough, and the first that opens counts', () => {
    const noon = { schedule: '0 12 * * *', duration: '30m', timeZone: 'America/St_Johns' };
    expect(ask([berlin, noon], '2026-11-27T21:30:00Z')).toBe('open');
    expect(ask([noon, berlin], '2026-11-27T21:30:00Z')).toBe('open');
    expect(ask([berlin, noon], '2026-11-28T12:00:00Z')).toBe('2026-11-28T12:00:00-03:30 (America/St_Johns)');
    expect(ask([noon, berlin], '2026-11-30T20:00:00Z')).toBe('2026-11-30T22:00:00+01:00 (Europe/Berlin)');
  });

  it('one that begins again before it ends is open without a break', () => {
    const always = { schedule: '*/10 * * * *', duration: '10m', timeZone: 'UTC' };
    expect(ask([always], '2026-11-27T21:30:00Z')).toBe('open');
    expect(ask([always], '2026-11-27T21:39:59.999Z')).toBe('open');
  });
});

describe('what is no window is refused, with the field', () => {
  it.each<[string, Partial<Window>, RegExp]>([
    [
      'a value out of range',
      { schedule: '60 22 * * *' },
      /^spec\.window\[1\]\.schedule: "60 22 \* \* \*" cannot be read \(Invalid value for minute: 60\); write five fields/,
    ],
    ['six fields', { schedule: '0 0 22 * * *' }, /schedule: .* cannot be read; write five fields/],
    ['an interval', { schedule: '@every 1h' }, /schedule: .* cannot be read/],
    ['a zone in the schedule', { schedule: 'TZ=Europe/Berlin 0 22 * * *' }, /the zone stands in timeZone/],
    [
      'a day that never comes',
      { schedule: '0 0 30 2 *' },
      /schedule: "0 0 30 2 \*" names a day that never comes; correct it/,
    ],
    ['no duration', { duration: 'long' }, /^spec\.window\[1\]\.duration: "long" is not a duration/],
    ['zero', { duration: '0s' }, /duration: "0s" is not above zero and up to 168h/],
    ['less', { duration: '-1h' }, /duration: "-1h" is not above zero/],
    ['more than a week', { duration: '168h0m1s' }, /is not above zero and up to 168h; write for example 4h/],
    [
      'a zone that nobody knows',
      { timeZone: 'Europe/Nowhere' },
      /^spec\.window\[1\]\.timeZone: "Europe\/Nowhere" is not a known time zone; write an IANA name/,
    ],
    ['that of the machine', { timeZone: 'Local' }, /"Local" is not a known time zone/],
    ['an offset', { timeZone: '+02:00' }, /"\+02:00" is not a known time zone/],
  ])('%s', (_, wrong, expected) => {
    // Also while another one is open.
    expect(ask([berlin, { ...berlin, ...wrong }], '2026-11-27T21:30:00Z')).toMatch(expected);
  });

  it('a week is a window', () => {
    expect(ask([{ schedule: '0 0 1 * *', duration: '168h', timeZone: 'UTC' }], '2026-12-07T23:59:59Z')).toBe('open');
  });
});

/** Every minute of a day as a clock on the wall shows it: another way to find what the arithmetic finds. */
class Wall {
  readonly #format: Intl.DateTimeFormat;

  constructor(timeZone: string) {
    const numbers = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
    this.#format = new Intl.DateTimeFormat('en', { timeZone, hourCycle: 'h23', ...numbers });
  }

  /** What it shows, as if that were UTC. */
  at(time: number): number {
    const parts = Object.fromEntries(this.#format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute);
  }
}

function holds(field: string, value: number): boolean {
  return field.split(',').some((part) => {
    const [range = '', step = '1'] = part.split('/');
    const [low = 0, high = low] = range === '*' ? [0, 99] : range.split('-').map(Number);
    return low <= value && value <= high && (value - low) % Number(step) === 0;
  });
}

/** Starts among the minutes from `begin` to `end`, by reading the wall at each. */
function startsBetween({ schedule, timeZone }: Window, begin: number, end: number): number[] {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = schedule.split(' ');
  const isNamed = !/[*/]/.test(minute + hour);
  const wall = new Wall(timeZone);
  const matches = (shown: number) => {
    const date = new Date(shown);
    const isDay = holds(day, date.getUTCDate()) && holds(weekday, date.getUTCDay());
    const isTime = holds(minute, date.getUTCMinutes()) && holds(hour, date.getUTCHours());
    return isDay && isTime && holds(month, date.getUTCMonth() + 1);
  };
  const starts: number[] = [];
  const seen = new Set<number>();
  for (let time = begin, last = wall.at(begin - 60_000); time < end; time += 60_000) {
    const shown = wall.at(time);
    // What was left out between two minutes, if any, is met now; what was shown before is not met again.
    for (let left = last + 60_000; isNamed && left < shown; left += 60_000) if (matches(left)) starts.push(time);
    if (matches(shown) && !(isNamed && seen.has(shown))) starts.push(time);
    seen.add(shown);
    last = shown;
  }
  return starts;
}

describe('whatever the schedule, the zone and the time', { timeout: 30_000 }, () => {
  const [minuteMs, hourMs] = [60_000, 3_600_000];
  /** With minutes that they are open. */
  const schedules: readonly (readonly [schedule: string, minutes: number])[] = [
    ['30 2 * * *', 60],
    ['0 2 * * 0', 240],
    ['*/20 1-3 * * *', 15],
    ['0,30 1,2 * * *', 30],
    ['59 23 * * 1-5', 180],
    ['15 */6 * * *', 300],
  ];
  /** Where and when clocks change, and a day on which they do not. */
  const days: readonly (readonly [timeZone: string, ...dates: string[]])[] = [
    ['Europe/Berlin', '2026-03-29', '2026-10-25'],
    ['America/New_York', '2026-03-08', '2026-11-01'],
    ['Australia/Lord_Howe', '2026-04-04', '2026-10-03'],
    ['Africa/Cairo', '2026-04-23', '2026-12-31'],
  ];
  const all = days.flatMap(([timeZone, ...dates]) =>
    dates.flatMap((date) => schedules.map(([schedule, minutes]) => ({ timeZone, date, schedule, minutes }))),
  );

  it('it is open at t exactly if a start s with s ≤ t < s + duration exists; else it opens at the first start after t', () => {
    for (const { timeZone, date, schedule, minutes } of all) {
      const window = { schedule, timeZone, duration: `${minutes}m` };
      const midnight = Date.parse(date);
      // Two hours more than a window lasts: what is shown twice must have been seen the first time.
      const starts = startsBetween(window, midnight - (minutes + 120) * minuteMs, midnight + 54 * hourMs);
      for (let now = midnight; now < midnight + 27 * hourMs; now += 44 * minuteMs + 1) {
        const isOpen = starts.some((start) => start <= now && now < start + minutes * minuteMs);
        const next = starts.find((start) => start > now) ?? 'later';
        const result = nextOpening([window], new Date(now), 'window');
        const at = result.ok ? (result.value?.at.getTime() ?? 'open') : result.failure.message;
        const said = Number(at) >= midnight + 54 * hourMs ? 'later' : at;
        expect(said, `${JSON.stringify(window)} at ${new Date(now).toISOString()}`).toBe(isOpen ? 'open' : next);
      }
    }
  });
});
