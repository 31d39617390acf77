/** Terraform's own sentence, of which the last counts: a script may plan several folders. */
const sentence = /Plan: (?:\d+ to import, )?(\d+) to add, (\d+) to change, (\d+) to destroy/g;

/** `+2 ~1 −0` or `no changes`, from what `terraform plan` prints; undefined when it says neither. */
export function summaryOf(text: string): string | undefined {
  const found = [...text.matchAll(sentence)].at(-1);
  if (found !== undefined) return `+${found[1]} ~${found[2]} −${found[3]}`;
  return /No changes\./.test(text) ? 'no changes' : undefined;
}
