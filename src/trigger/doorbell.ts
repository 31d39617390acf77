/** Hears of pushes in this process (local git server, local registry, webhooks) and tells who waits for that URL. */
export interface Doorbell {
  /** Tells `url` to all that subscribed to it; returns how many there were. */
  ringUrl(url: string): number;
  /** `call` runs at each ring of the URL, until the returned function is called. */
  subscribe(url: string, call: () => void): () => void;
}

export function createDoorbell(): Doorbell {
  const calls = new Map<string, Set<{ call: () => void }>>();
  return {
    ringUrl: (url) => {
      const waiting = [...(calls.get(normalise(url)) ?? [])];
      for (const { call } of waiting) call();
      return waiting.length;
    },
    subscribe: (url, call) => {
      const key = normalise(url);
      // An entry of its own for each: the same function may be subscribed twice and leave once.
      const entry = { call };
      const entries = calls.get(key) ?? new Set();
      calls.set(key, entries.add(entry));
      return () => {
        entries.delete(entry);
        if (entries.size === 0 && calls.get(key) === entries) calls.delete(key);
      };
    },
  };
}

/** One address however it is written: scheme, user, `.git`, a last slash and the case of the host do not count. */
function normalise(url: string): string {
  const bare = url
    .trim()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
    .replace(/^[^@/]*@/, '')
    .replace(/\/+$/, '')
    .replace(/\.git$/i, '');
  const slash = bare.search(/[/]/);
  return slash < 0 ? bare.toLowerCase() : bare.slice(0, slash).toLowerCase() + bare.slice(slash);
}
