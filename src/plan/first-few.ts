/** A list for people: a message that names hundreds helps nobody, and an Event holds 1 KiB. */
export function firstFew(items: readonly string[], limit: number, separator = ', '): string {
  const shown = items.slice(0, limit).join(separator);
  return items.length > limit ? `${shown}${separator.trimEnd()} and ${items.length - limit} more` : shown;
}
