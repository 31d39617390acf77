/** Values with every placeholder replaced, and what was needed for it. */
export type Filled<T> = Readonly<{
  value: T;
  /** Names that were looked up, in order of appearance, each once. */
  used: readonly string[];
  /** Those of them that are unknown; their placeholders stand as they were. */
  missing: readonly string[];
}>;

/** `$${workspace.X}` is the escaped form; names are exact and may hold anything but `}` (E4). */
const placeholder = /(\$?)\$\{workspace\.([^}]+)\}/g;

/**
 * Replaces `${workspace.NAME}` in every string at any depth, in maps and lists (E3). Single pass: inserted text is not
 * looked at again. Keys, numbers and booleans are untouched, and a filled string stays a string (E3, E4).
 */
export function fillPlaceholders<T>(value: T, lookup: (name: string) => string | undefined): Filled<T> {
  const used = new Set<string>();
  const missing = new Set<string>();
  const fill = (text: string): string =>
    text.replace(placeholder, (whole, dollar: string, name: string) => {
      if (dollar !== '') return whole.slice(1);
      used.add(name);
      const found = lookup(name);
      if (found === undefined) missing.add(name);
      return found ?? whole;
    });
  return { value: mapStrings(value, fill) as T, used: [...used], missing: [...missing] };
}

function mapStrings(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, map));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapStrings(item, map)]));
}
