import { pino } from 'pino';
import { PinoPretty } from 'pino-pretty';
import type { Log } from '../core/log.ts';

export type LogFormat = 'json' | 'pretty';

/** The program's log: one line a decision, structured; `pretty` for people at a terminal. */
export function createLog(
  options: Readonly<{ level: string; format: LogFormat; to: NodeJS.WritableStream & { isTTY?: boolean } }>,
): Log {
  const { level, format, to } = options;
  if (format === 'json') return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, to);
  const pretty = { destination: to, colorize: to.isTTY === true, sync: true, ignore: 'pid,hostname' };
  return pino({ level }, PinoPretty(pretty));
}
