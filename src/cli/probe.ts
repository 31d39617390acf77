import { setTimeout } from 'node:timers/promises';

/** Milliseconds between two tries. */
const pauseMs = 500;

/** What a URL answers, once that is a 200. Rejects with what it answered last when the signal comes first. */
export async function probe(url: string, signal: AbortSignal): Promise<string> {
  for (let last = 'no answer'; ; ) {
    try {
      const answer = await fetch(url, { signal });
      const text = (await answer.text()).trim();
      if (answer.ok) return text;
      last = `${answer.status} ${text}`;
    } catch (error) {
      if (!signal.aborted) last = String((error as Error).cause ?? error);
    }
    await setTimeout(pauseMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) throw new Error(`${url}: ${last}`);
  }
}
