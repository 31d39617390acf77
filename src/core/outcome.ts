import type { FailureKind } from './result.ts';

/** Everything that one pass over an object can end in. */
export type OutcomeKind = FailureKind | 'completed' | 'working' | 'succeeded';

export type Outcome = Readonly<{
  kind: OutcomeKind;
  /** CamelCase, stable: the reason of conditions and events. */
  reason: string;
  message: string;
  /** Milliseconds until the object is looked at again, where the table's default does not fit. */
  retryAfterMs?: number;
  /** Type of its Event, where that is not the table's: something is left for a person to do, though all is done here. */
  event?: 'Warning';
}>;

export type State = 'Progressing' | 'Error' | 'Success' | 'Failed' | 'Blocked' | 'Completed';

type Row = Readonly<{
  state: State;
  ready: 'True' | 'False' | 'Unknown';
  reconciling: boolean;
  stalled: boolean;
  event: 'Normal' | 'Warning';
  /** `interval`: at the next interval; `back-off`: growing delay; `watch`: only when something changes. */
  requeue: 'interval' | 'back-off' | 'watch';
  meaning: string;
}>;

/**
 * The one table of what an outcome means (E34, kstatus): outcome → state → conditions → event → requeue.
 * The docs are generated from it.
 */
export const outcomes: Readonly<Record<OutcomeKind, Row>> = {
  completed: row('Completed', 'True', false, false, 'Normal', 'interval', 'Delivered and healthy.'),
  working: row('Progressing', 'Unknown', true, false, 'Normal', 'watch', 'A Job runs or objects become healthy.'),
  succeeded: row(
    'Success',
    'Unknown',
    true,
    false,
    'Normal',
    'watch',
    'A script has done its work; what follows it runs.',
  ),
  waiting: row(
    'Progressing',
    'False',
    true,
    false,
    'Normal',
    'watch',
    'Something else must happen first; the message names it.',
  ),
  invalid: row(
    'Error',
    'False',
    false,
    true,
    'Warning',
    'interval',
    'An input must be corrected; taken up at once when it is.',
  ),
  transient: row(
    'Error',
    'False',
    true,
    false,
    'Warning',
    'back-off',
    'A server did not answer as it should; retried.',
  ),
  delivery: row(
    'Failed',
    'False',
    true,
    false,
    'Warning',
    'back-off',
    'The chart or script failed; retried up to its limit.',
  ),
  exhausted: row(
    'Failed',
    'False',
    false,
    true,
    'Warning',
    'watch',
    'Retries are used up; waits for a changed input or `alustan.io/retry`.',
  ),
  blocked: row('Blocked', 'False', false, false, 'Warning', 'watch', 'Deletion is held; the message says by what.'),
};

function row(
  state: State,
  ready: Row['ready'],
  reconciling: boolean,
  stalled: boolean,
  event: Row['event'],
  requeue: Row['requeue'],
  meaning: string,
): Row {
  return { state, ready, reconciling, stalled, event, requeue, meaning };
}
