const prefix = /^Error: (?:(?:UPGRADE|INSTALLATION) FAILED: )?/;
/** What Kubernetes adds to each name that it refuses, and nobody reads. */
const pattern = / \(e\.g\. [^)]*?regex used for validation is '.*?'\)/g;

/**
 * Helm's own words for its failure: its last `Error:` with the lines that belong to it (a template's error is told in
 * three), in one line. Undefined when it has not said any.
 */
export function helmWords(lines: readonly string[]): string | undefined {
  const start = lines.findLastIndex((line) => /^(Error:|level=ERROR)/.test(line));
  const [first, ...rest] = start < 0 ? lines.slice(-1) : lines.slice(start);
  if (first === undefined) return undefined;
  const next = rest.findIndex((line) => /^(level=|\S+\.go:\d+)/.test(line));
  const belonging = next < 0 ? rest : rest.slice(0, next);
  const text = [first.replace(prefix, ''), ...belonging].join(' ').replace(/\s+/g, ' ').trim();
  return text === '' ? undefined : text.replace(pattern, '');
}
