/** Terraform's own sentence, of which the last counts: a script may plan several folders. */
const sentence = /Plan: (?:\d+ to import, )?(\d+) to add, (\d+) to change, (\d+) to destroy/g;

/** `+2 ~1 −0` or `no changes`, from what `terraform plan` prints; undefined when it says neither. */
export function summaryOf(text: string): string | undefined {
  const found = [...text.matchAll(sentence)].at(-1);
  if (found !== undefined) return `+${found[1]} ~${found[2]} −${found[3]}`;
  return /No changes\./.test(text) ? 'no changes' : undefined;
}

/** Headings of a plan's changes, and of what a look for drift has found; data sources that are read are neither. */
const heading =
  /^ *# ([a-z].*?)(?: \(deposed object \w+\))? (?:has (?:changed|been \w+)|will be (?!read)|must be |is tainted)/gm;

/** Addresses of all that `terraform plan` prints as changed, in its order, each once. */
export function addressesIn(text: string): string[] {
  return [...new Set([...text.matchAll(heading)].map(([, address]) => address as string))];
}

/** Without the colours of a terminal. */
export function plain(text: string): string {
  return text.replace(colours, '');
}

const colours = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');
