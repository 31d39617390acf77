import type { Clock } from '../core/clock.ts';

/**
 * Calls at the first ring at once, and of all rings within `gapMs` after a call once more at its end: whoever rings a
 * hundred times a second costs one look in each gap.
 */
export function calm(call: () => void, gapMs: number, clock: Clock): Readonly<{ ring(): void; stop(): void }> {
  let cancel: (() => void) | undefined;
  let again = false;
  const go = (): void => {
    again = false;
    cancel = clock.after(gapMs, () => {
      cancel = undefined;
      if (again) go();
    });
    call();
  };
  return {
    ring: () => {
      if (cancel === undefined) go();
      else again = true;
    },
    stop: () => cancel?.(),
  };
}
