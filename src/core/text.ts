/** What other programs said, as a part of one sentence: in one line, and of what is too long its beginning and end. */
export function brief(text: string, limit: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return shorten(line, limit);
}

/** Of what is too long its beginning and end. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = Math.floor((limit - 3) / 5);
  return `${text.slice(0, limit - 3 - end).trimEnd()} … ${text.slice(-end).trimStart()}`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape that begins a terminal's colour
const colours = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;

/** Without the colours of a terminal, which Terraform prints into a log, too. */
export function plain(text: string): string {
  return text.replace(colours, '');
}
