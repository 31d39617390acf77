import type { ServerResponse } from 'node:http';
import { lane } from '../delivery/lane.ts';
import { serve } from '../servers/http.ts';

/**
 * What scripts in pods ask on their way, `GET <url>/<object>/<word>`: so tests know how far they are and how often they
 * were there, and can hold them.
 */
export type Gate = Readonly<{
  url: string;
  /** Words of one object, in the order in which they were asked. */
  told(object: string): string[];
  /** The next asks of `object/word` get no answer until it is opened. */
  hold(path: string): void;
  open(path: string): void;
  /** The next ask of `object/word` is refused. */
  refuse(path: string): void;
  stop(): Promise<void>;
}>;

export async function startGate(): Promise<Gate> {
  const told: string[] = [];
  const held = new Set<string>();
  const refused = new Set<string>();
  const waiting = new Map<string, ServerResponse[]>();
  const server = await serve((request, response) => {
    const path = (request.url ?? '').slice(1);
    told.push(path);
    if (refused.delete(path)) response.writeHead(500).end();
    else if (held.has(path)) waiting.set(path, [...(waiting.get(path) ?? []), response]);
    else response.end();
  }, lane.host);
  return {
    ...server,
    told: (object) => told.flatMap((path) => (path.startsWith(`${object}/`) ? path.slice(object.length + 1) : [])),
    hold: (path) => void held.add(path),
    open: (path) => {
      held.delete(path);
      for (const response of waiting.get(path) ?? []) response.end();
      waiting.delete(path);
    },
    refuse: (path) => void refused.add(path),
  };
}
