import type { OutcomeKind } from './outcome.ts';

/**
 * Who counts what goes on. Everything told is one of a few words: no name of an object, no URL and nothing secret. Must
 * not throw.
 */
export type Telemetry = Readonly<{
  /** A pass over an object has come to an outcome; `fault`: it has thrown. */
  settled(kind: string, outcome: OutcomeKind | 'fault'): void;
  /** A pass has ended, however it did. */
  passed(kind: string, ms: number): void;
  /** A source was asked whether anything changed. */
  polled(source: 'folder' | 'image' | 'pull-requests', answer: 'changed' | 'unchanged' | 'failed'): void;
  /** The API server has answered, or not (`status` 0). Of a watch, its begin. */
  requested(method: string, status: number, ms: number): void;
}>;

/** Where nobody counts. */
export const deaf: Telemetry = { settled: nothing, passed: nothing, polled: nothing, requested: nothing };

function nothing(): void {}
