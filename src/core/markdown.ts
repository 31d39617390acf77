import { plain } from './text.ts';

/**
 * Texts that others wrote (branch names, titles, logs), made harmless for Markdown as forges render it: no markup, no
 * link, no mention that notifies people, no hidden comment.
 */

/** Controls, and the marks that turn the direction of text around: they hide what is really written. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
const invisible = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * One line as inline code, also inside a table. Mentions and links are not made out of code, and what could end it is
 * written as entities.
 *
 * @param limit characters that are kept.
 */
export function inlineCode(text: string, limit = 200): string {
  const line = cut(clean(text).replace(/\s+/g, ' ').trim(), limit);
  return line === '' ? '' : `<code>${asEntities(line)}</code>`;
}

/** How `inlineCode` writes this text: for whoever looks for a secret in it. */
export function asEntities(text: string): string {
  return text.replace(/[!-+./:-@[-`{-~]/g, entity);
}

/**
 * Lines as a block of code; it must stand on lines of its own.
 *
 * @param limit characters that are kept, of the end: the last lines of a log tell most.
 */
export function codeBlock(text: string, limit = 4_000): string {
  const lines = clean(text).replace(/\r\n?/g, '\n').trimEnd();
  const characters = [...lines];
  const kept = characters.length <= limit ? lines : `…${characters.slice(-limit).join('')}`;
  const longest = Math.max(2, ...[...kept.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${kept}\n${fence}`;
}

/** A link for people. What is no plain http or https address is shown as code instead. */
export function link(label: string, url: string): string {
  const parsed = URL.parse(url);
  const web = parsed !== null && /^https?:$/.test(parsed.protocol) && parsed.username === '' && parsed.password === '';
  if (!web) return inlineCode(url);
  const address = parsed.href.replace(/[()<>[\]\\`*_|"'\s]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
  return `[${inlineCode(label)}](${address})`;
}

function clean(text: string): string {
  return plain(text).replace(invisible, '');
}

function cut(text: string, limit: number): string {
  const characters = [...text];
  return characters.length <= limit ? text : `${characters.slice(0, limit - 1).join('')}…`;
}

function entity(char: string): string {
  return `&#${char.charCodeAt(0)};`;
}
