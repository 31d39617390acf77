/** The text of the one comment: hidden marks around the words of each who writes to it. */

/** Characters that GitHub takes in a comment. */
const longest = 65_536;
const end = '<!-- alustan:end -->';

export function markOf(marker: string): string {
  return `<!-- alustan:${marker} -->`;
}

/** Sections by name, as they stand in a comment of ours. */
export function parseSections(body: string): Map<string, string> {
  const sections = new Map<string, string>();
  const pattern = /<!-- alustan:section (\S+) -->\n(.*?)\n<!-- alustan:end -->/gs;
  for (const [, name = '', text = ''] of body.replaceAll('\r\n', '\n').matchAll(pattern)) sections.set(name, text);
  return sections;
}

/** The whole comment, within what GitHub takes: of what is too long each section keeps its beginning. */
export function composeComment(marker: string, heading: string, sections: ReadonlyMap<string, string>): string {
  const names = [...sections.keys()].sort();
  const empty = compose(marker, heading, names, () => '').length;
  const share = Math.floor((longest - empty) / Math.max(1, names.length));
  return compose(marker, heading, names, (name) => shorten(sections.get(name) ?? '', share));
}

/** Text as a section holds it: nothing in it can be taken for a mark. */
export function asSection(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll('<!--', '<!\u200b--').trim();
}

function compose(marker: string, heading: string, names: readonly string[], text: (name: string) => string): string {
  const parts = names.map((name) => `<!-- alustan:section ${name} -->\n${text(name)}\n${end}`);
  return [markOf(marker), heading, ...parts].join('\n\n');
}

function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const note = '\n\n… (too long to be shown in full)';
  const kept: string[] = [];
  let [left, fence] = [limit - note.length - 20, ''];
  for (const line of text.split('\n')) {
    left -= line.length + 1;
    if (left < 0) break;
    kept.push(line);
    const mark = /^`{3,}/.exec(line)?.[0];
    if (mark !== undefined) fence = fence === '' ? mark : mark === fence ? '' : fence;
  }
  return [...kept, ...(fence === '' ? [] : [fence])].join('\n') + note;
}
