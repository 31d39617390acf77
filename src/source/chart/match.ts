/**
 * Go's `filepath.Match` as a regular expression, or undefined when the pattern is malformed: `*` and `?` stop at `/`,
 * `[a-z]` and `[^a]` are classes, `\` takes the next character as it is. .helmignore is written in it.
 */
export function compilePattern(pattern: string): RegExp | undefined {
  let source = '';
  for (let at = 0; at < pattern.length; ) {
    const char = pattern.charAt(at);
    if (char === '*') source += '[^/]*';
    else if (char === '?') source += '[^/]';
    else if (char === '[') {
      const end = classEnd(pattern, at);
      if (end === undefined) return undefined;
      source += classOf(pattern.slice(at, end));
      at = end;
      continue;
    } else if (char === '\\') {
      at++;
      if (at === pattern.length) return undefined;
      source += literal(pattern.charAt(at));
    } else source += literal(char);
    at++;
  }
  try {
    return new RegExp(`^${source}$`, 's');
  } catch {
    return undefined;
  }
}

/** Index after the `]` of the class that begins at `start`; a class has at least one member. */
function classEnd(pattern: string, start: number): number | undefined {
  const first = start + (pattern.charAt(start + 1) === '^' ? 2 : 1);
  for (let at = first; at < pattern.length; at++) {
    if (pattern.charAt(at) === '\\') at++;
    else if (pattern.charAt(at) === ']') return at > first ? at + 1 : undefined;
  }
  return undefined;
}

/** A class of Go in JavaScript's spelling, where an inner `[` is only a character in both. */
function classOf(text: string): string {
  const negated = text.startsWith('[^');
  const members = text.slice(negated ? 2 : 1, -1).replace(/(?<!\\)[[^]/g, '\\$&');
  return negated ? `[^${members}/]` : `[${members}]`;
}

function literal(char: string): string {
  return char.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');
}
