import type { Readable } from 'node:stream';
import { KubeError, type WatchEvent } from './client.ts';
import { eventError } from './status-error.ts';

/** An event is one object; etcd and the API server refuse objects far smaller than this. */
const longestLine = 64 * 2 ** 20;

const newline = 10;

/**
 * Watch events of a body, as many as each piece of it completes. Rejects for an ERROR event, after the events before
 * it were given out. What follows the last newline when the body ends was cut off and is dropped: a resumed watch
 * sends it again.
 */
export async function* watchEvents(body: Readable): AsyncGenerator<WatchEvent[]> {
  let rest: Buffer[] = [];
  let restLength = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    const events: WatchEvent[] = [];
    let start = 0;
    for (let end = piece.indexOf(newline); end >= 0; end = piece.indexOf(newline, start)) {
      rest.push(piece.subarray(start, end));
      const event = parseLine(rest.length === 1 ? (rest[0] as Buffer) : Buffer.concat(rest));
      if (event?.type === 'ERROR') {
        if (events.length > 0) yield events;
        throw eventError(event.object);
      }
      if (event) events.push(event);
      rest = [];
      restLength = 0;
      start = end + 1;
    }
    if (start < piece.length) rest.push(piece.subarray(start));
    restLength += piece.length - start;
    if (restLength > longestLine) throw new KubeError(0, 'BadAnswer', 'a watch event of more than 64 MiB');
    if (events.length > 0) yield events;
  }
}

type Line = WatchEvent | Readonly<{ type: 'ERROR'; object: unknown }>;

function parseLine(line: Buffer): Line | undefined {
  if (line.length === 0) return undefined;
  try {
    return JSON.parse(line.toString('utf8')) as Line;
  } catch {
    throw new KubeError(0, 'BadAnswer', `a watch event that is not JSON: ${line.subarray(0, 80).toString('utf8')}`);
  }
}
