import { fail, ok, type Result } from './result.ts';

/** One rule of `--git-rewrite FROM=TO` or `--registry-mirror FROM=TO`. */
export type Redirect = Readonly<{ from: string; to: string }>;

/** Reads `FROM=TO`. Git URLs may hold `=` in TO only. */
export function parseRedirect(text: string, option: string): Result<Redirect> {
  const at = text.indexOf('=');
  const [from, to] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  if (at > 0 && from !== '' && to !== '') return ok({ from, to });
  return fail('invalid', 'InvalidOption', `${option} "${text}" is not valid; write ${option} FROM=TO`);
}

/** As git's `url.TO.insteadOf FROM`: the rule with the longest FROM that starts the URL replaces that part, once. */
export function rewriteGitUrl(url: string, rules: readonly Redirect[]): string {
  const rule = longest(rules.filter(({ from }) => url.startsWith(from)));
  return rule === undefined ? url : rule.to + url.slice(rule.from.length);
}

/**
 * The mirrors of a registry host in the order to be tried, as base URLs without a trailing slash; as containerd's
 * hosts, the registry itself comes after them and `*` names every host that has no rule of its own.
 */
export function mirrorsFor(host: string, rules: readonly Redirect[]): string[] {
  const own = rules.filter(({ from }) => from.toLowerCase() === host.toLowerCase());
  const chosen = own.length > 0 ? own : rules.filter(({ from }) => from === '*');
  return chosen.map(({ to }) => (/^https?:\/\//.test(to) ? to : `https://${to}`).replace(/\/+$/, ''));
}

function longest(rules: readonly Redirect[]): Redirect | undefined {
  return rules.reduce<Redirect | undefined>(
    (best, rule) => (best === undefined || rule.from.length > best.from.length ? rule : best),
    undefined,
  );
}
