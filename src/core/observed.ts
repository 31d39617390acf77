/** What an observation of the outside world brings with it. */
export type Context = Readonly<{
  signal: AbortSignal;
  /** Milliseconds; an answer of the other side that is not older may be used again. Absent: the source's own default. */
  maxAgeMs?: number;
}>;

/** `revision` names the state that was seen, and is what the next observation takes as `seen`. */
export type Observed<Fact> =
  | Readonly<{ changed: false; revision: string }>
  | Readonly<{ changed: true; revision: string; fact: Fact }>;
