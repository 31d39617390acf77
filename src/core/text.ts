/** What other programs said, as a part of one sentence: in one line, and of what is too long its beginning and end. */
export function brief(text: string, limit: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= limit) return line;
  const end = Math.floor((limit - 3) / 5);
  return `${line.slice(0, limit - 3 - end).trimEnd()} … ${line.slice(-end).trimStart()}`;
}
