/** One way to log in that a server offers (RFC 9110, WWW-Authenticate). `scheme` is in lower case. */
export type Challenge = Readonly<{ scheme: string; parameters: Readonly<Record<string, string>> }>;

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+/;
const parameter = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))/;

/** Reads a header with one challenge or several, quoted strings with commas in them included. */
export function parseChallenges(header: string): Challenge[] {
  const found: { scheme: string; parameters: Record<string, string> }[] = [];
  let rest = header;
  for (;;) {
    rest = rest.replace(/^[\s,]+/, '');
    const named = parameter.exec(rest);
    const current = found.at(-1);
    if (named !== null && current !== undefined) {
      current.parameters[(named[1] ?? '').toLowerCase()] = (named[2] ?? named[3] ?? '').replace(/\\(.)/g, '$1');
      rest = rest.slice(named[0].length);
      continue;
    }
    const scheme = token.exec(rest);
    if (scheme === null) return found;
    found.push({ scheme: scheme[0].toLowerCase(), parameters: {} });
    rest = rest.slice(scheme[0].length);
  }
}
