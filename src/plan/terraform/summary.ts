import type { RunEnd } from '../../core/terraform-run.ts';
import { firstFew } from '../first-few.ts';

/** Terraform's own sentence; what is imported, forgotten or invoked is told where there is such. */
const sentence =
  /Plan: (?:(\d+ to import), )?(\d+) to add, (\d+) to change, (\d+) to destroy(?:, (\d+ to forget))?(?:\. Actions: (\d+ to invoke))?/g;

/**
 * `+2 ~1 −0` or `no changes`, from what `terraform plan` prints; undefined when it says neither. A script may plan several
 * folders: who approves must see each.
 */
export function summaryOf(text: string): string | undefined {
  const found = [...text.matchAll(sentence)].map(counts);
  if (found.length > 0) return firstFew(found, 5);
  return /No changes\./.test(text) ? 'no changes' : undefined;
}

/** All that is known of a log: of one that is cut its end, too, where the counts stand. */
export function allOf(text: string, { outputTooLarge, output, tail }: RunEnd): string {
  return outputTooLarge === true || output === undefined ? [text, ...tail].join('\n') : text;
}

function counts([, imported, add, change, destroy, forgotten, invoked]: RegExpMatchArray): string {
  const others = [imported, forgotten, invoked].filter((count) => count !== undefined);
  return `+${add} ~${change} −${destroy}${others.length === 0 ? '' : ` (${others.join(', ')})`}`;
}

/** Headings of a plan's changes, and of what a look for drift has found; data sources that are read are neither. */
const heading =
  /^ *# ([a-z].*?)(?: \(deposed object \w+\))? (?:has (?:changed|been \w+)|will be (?!read)|must be |is tainted)/gm;

/** Addresses of all that `terraform plan` prints as changed, in its order, each once. */
export function addressesIn(text: string): string[] {
  return [...new Set([...text.matchAll(heading)].map(([, address]) => address as string))];
}
