/** Shorter secrets are not masked: they would blank out ordinary words and digits and hide nothing. */
const shortest = 4;
const masked = '•••';

/**
 * Makes a function that hides secret values in text: as they are, line by line, and in the forms in which tools echo
 * them (JSON-, Go-, HCL-, shell- and URL-escaped, base64). Longest first, so that a value inside another leaves no tail.
 */
export function masker(secrets: readonly string[]): (text: string) => string {
  const forms = [...new Set(secrets.flatMap(formsOf))].filter((form) => form.length >= shortest);
  forms.sort((a, b) => b.length - a.length);
  return (text) => forms.reduce((rest, form) => rest.replaceAll(form, masked), text);
}

function formsOf(secret: string): string[] {
  const lines = secret.split(/\r?\n/);
  return [secret, secret.trim(), ...(lines.length > 1 ? lines.map((line) => line.trim()) : [])].flatMap(escapedForms);
}

function escapedForms(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  // Go's encoding/json, which Helm prints with, also escapes the characters that matter in HTML.
  const goJson = json.replace(/[<>&]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  // Python's json, for one, writes ASCII only.
  const ascii = json.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const capitals = ascii.replace(/\\u[\da-f]{4}/g, (code) => `\\u${code.slice(2).toUpperCase()}`);
  const hcl = json.replace(/[$%]\{/g, (mark) => `${mark[0]}${mark}`);
  const quoted = [`''`, `'\\''`, `'"'"'`].map((quote) => text.replaceAll("'", () => quote));
  const bytes = Buffer.from(text);
  const urls = [encodeURIComponent(text), encodeURI(text), new URLSearchParams({ x: text }).toString().slice(2)];
  const base64 = [bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('base64').replace(/=+$/, '')];
  return [text, json, goJson, ascii, capitals, hcl, JSON.stringify(json).slice(1, -1), ...quoted, ...urls, ...base64];
}
