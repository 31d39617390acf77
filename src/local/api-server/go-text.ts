import { isMap } from './object.ts';

/** A JSON value as Go's `%v` prints it. */
export function goText(value: unknown): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (!isMap(value)) return String(value);
  const fields = Object.keys(value).sort();
  return `map[${fields.map((field) => `${field}:${goText(value[field])}`).join(' ')}]`;
}

/** Texts as Go's `%q` prints a list of them. */
export function goQuoted(texts: readonly string[]): string {
  return `[${texts.map((one) => JSON.stringify(one)).join(' ')}]`;
}
