import { type Outcome, outcomes, type State } from '../core/outcome.ts';
import type { Condition } from '../core/resource.ts';

/** What every kind's status has; a kind's report adds its own fields beside these. */
export type BaseStatus = Readonly<{
  observedGeneration?: number;
  state?: State;
  message?: string;
  conditions?: readonly Condition[];
  lastHandledReconcile?: string | undefined;
}>;

type Warning = Readonly<{ reason: string; message: string }>;

/** What a report of any kind may have that shows in the conditions, too. */
type Warned = Readonly<{ warnings?: readonly Warning[] | undefined }>;

export type Summary<Report> = Readonly<{ status: BaseStatus & Report; requeueAfterMs?: number }>;

export type SummarizeOptions = Readonly<{
  generation: number;
  now: Date;
  /** Milliseconds: where the outcome's row says `interval`. */
  intervalMs: number;
  /** How often the object failed in a row, for the back-off. */
  failures: number;
  /** What was asked for by `alustan.io/reconcile` when the sources were looked at. */
  reconcileRequest?: string | undefined;
}>;

const backOffStartMs = 5_000;
const backOffLimitMs = 300_000;

/** Milliseconds to wait after the n-th failure in a row (n ≥ 1): 5 s, doubled each time, 5 min at most. */
export function backOffMs(failures: number): number {
  return Math.min(backOffStartMs * 2 ** Math.max(0, failures - 1), backOffLimitMs);
}

/**
 * The one fold from outcome to status (E34): state, message, the three kstatus conditions and when to look again.
 * Equal inputs give an equal status: times change only when a condition changes.
 */
export function summarize<Report extends object & Warned>(
  before: BaseStatus | undefined,
  outcome: Outcome,
  report: Report,
  options: SummarizeOptions,
): Summary<Report> {
  const row = outcomes[outcome.kind];
  const truth = (value: boolean): 'True' | 'False' => (value ? 'True' : 'False');
  const { reason } = outcome;
  const message = told(outcome, report.warnings);
  const conditions = [
    { type: 'Ready', status: row.ready, reason, message },
    { type: 'Reconciling', status: truth(row.reconciling), reason, message },
    { type: 'Stalled', status: truth(row.stalled), reason, message },
    ...(report.warnings ?? []).map((warning) => ({ type: warning.reason, status: 'True' as const, ...warning })),
  ].map((condition) => stamp(before?.conditions, condition, options));
  const { generation: observedGeneration, reconcileRequest: lastHandledReconcile } = options;
  const handled = lastHandledReconcile === undefined ? {} : { lastHandledReconcile };
  const status = { ...report, observedGeneration, state: row.state, message, conditions, ...handled };
  const requeueAfterMs = outcome.retryAfterMs ?? defaultRequeue(row.requeue, options);
  return { status, ...(requeueAfterMs === undefined ? {} : { requeueAfterMs }) };
}

/** All is done, and yet something is odd: a person looks at the message, and seldom further. */
function told({ kind, message }: Outcome, warnings: readonly Warning[] = []): string {
  const [first, ...others] = warnings;
  if (kind !== 'completed' || first === undefined) return message;
  const more = others.length === 0 ? '' : `; and ${others.length} more in status.warnings`;
  return `${message}. Warning: ${first.message}${more}`;
}

function defaultRequeue(requeue: 'interval' | 'back-off' | 'watch', options: SummarizeOptions): number | undefined {
  if (requeue === 'interval') return options.intervalMs;
  return requeue === 'back-off' ? backOffMs(options.failures) : undefined;
}

function stamp(
  before: readonly Condition[] | undefined,
  condition: Omit<Condition, 'lastTransitionTime' | 'observedGeneration'>,
  options: SummarizeOptions,
): Condition {
  const last = before?.find((item) => item.type === condition.type);
  const since = last?.status === condition.status ? last.lastTransitionTime : options.now.toISOString();
  return { ...condition, observedGeneration: options.generation, lastTransitionTime: since };
}

/**
 * True where a person should hear of the change: another state or another reason. Messages alone change too often to
 * be events (their times and counts), and stand in the status; but what a person must mend is told whenever it changes.
 */
export function isTransition(before: BaseStatus | undefined, after: BaseStatus): boolean {
  const reason = (status: BaseStatus | undefined) => status?.conditions?.find((item) => item.type === 'Ready')?.reason;
  const stalled = after.conditions?.some((item) => item.type === 'Stalled' && item.status === 'True') === true;
  if (stalled && before?.message !== after.message) return true;
  return before?.state !== after.state || reason(before) !== reason(after);
}

/** The warnings that a person has not heard of yet; one that the message tells anyway is no news. */
export function newWarnings(before: BaseStatus | undefined, after: BaseStatus & Warned, outcome: Outcome): Warning[] {
  const known = new Set(before?.conditions?.map(({ type, message }) => `${type} ${message}`));
  return (after.warnings ?? []).filter(
    ({ reason, message }) => !known.has(`${reason} ${message}`) && !outcome.message.includes(message),
  );
}
