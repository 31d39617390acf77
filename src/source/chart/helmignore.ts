import { fail, ok, type Result } from '../../core/result.ts';
import { compilePattern } from './match.ts';

/** Whether a path of the chart is left out; `folder` tells that it is one. */
export type Ignore = (path: string, folder: boolean) => boolean;

type Rule = Readonly<{ negated: boolean; foldersOnly: boolean; matches: (path: string) => boolean }>;

/**
 * Reads a `.helmignore` with Helm's own meaning, which differs from git's: rules are tried in order and the first that
 * matches decides, `!pattern` leaves out all that does *not* match it, `**` is an error, a pattern without `/` is for the
 * last part of the path. Hidden files in `templates/` are always left out.
 */
export function parseHelmignore(text: string): Result<Ignore> {
  const rules: Rule[] = [];
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  for (const [index, raw] of [...lines, 'templates/.?*'].entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const rule = parseRule(line);
    if (rule === undefined) {
      const why = line.includes('**') ? '"**" is not supported by Helm' : 'it is not a pattern';
      return fail('invalid', 'InvalidChart', `.helmignore line ${index + 1}: "${line}": ${why}`);
    }
    rules.push(rule);
  }
  return ok((path, folder) => decide(rules, path, folder));
}

function parseRule(line: string): Rule | undefined {
  if (line.includes('**')) return undefined;
  const negated = line.startsWith('!');
  const foldersOnly = line.endsWith('/');
  const body = line.slice(negated ? 1 : 0, foldersOnly ? -1 : undefined);
  const pattern = compilePattern(body.startsWith('/') ? body.slice(1) : body);
  if (pattern === undefined) return undefined;
  const lastPartOnly = !body.includes('/');
  const matches = (path: string) => pattern.test(lastPartOnly ? path.slice(path.lastIndexOf('/') + 1) : path);
  return { negated, foldersOnly, matches };
}

function decide(rules: readonly Rule[], path: string, folder: boolean): boolean {
  for (const { negated, foldersOnly, matches } of rules) {
    if (negated) {
      if ((foldersOnly && !folder) || !matches(path)) return true;
    } else if (!(foldersOnly && !folder) && matches(path)) return true;
  }
  return false;
}
