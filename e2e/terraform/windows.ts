type Window = Readonly<{ schedule: string; duration: string }>;

/** One that opens in half a year. */
export function closed(): Window {
  return { schedule: `0 0 1 ${((new Date().getUTCMonth() + 6) % 12) + 1} *`, duration: '1h' };
}

/** One that is always open. */
export const opened: Window = { schedule: '* * * * *', duration: '1h' };

/** One that opens with the next minute that is far enough away for an object to be told of it; and when that is. */
export function opening(): { window: Window; at: Date } {
  const minuteMs = 60_000;
  const enoughMs = 20_000;
  const at = new Date(Math.ceil((Date.now() + enoughMs) / minuteMs) * minuteMs);
  return { window: { schedule: `${at.getUTCMinutes()} ${at.getUTCHours()} * * *`, duration: '1h' }, at };
}
