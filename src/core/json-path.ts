import { fail, ok, type Result } from './result.ts';

type Step = string | number;

const token = /\.((?:\\.|[^.[\]{}\s\\])+)|\[(-?\d+)\]|\['((?:\\.|[^'\\])*)'\]|\["((?:\\.|[^"\\])*)"\]/gy;

/** A path to one value, as kubectl writes JSONPaths: `{.a.b[0]['c.d'].e\.f}`; the braces and a leading `$` may be left out. */
export function parseJsonPath(text: string): Result<readonly Step[]> {
  const trimmed = text.trim();
  const inner = trimmed.startsWith('{') && trimmed.endsWith('}') ? trimmed.slice(1, -1).trim() : trimmed;
  const path = inner.startsWith('$') ? inner.slice(1) : inner;
  const steps: Step[] = [];
  token.lastIndex = 0;
  let at = 0;
  for (const match of path.matchAll(token)) {
    const [all, name, index, single, double] = match;
    at = match.index + all.length;
    steps.push(index === undefined ? (name ?? single ?? double ?? '').replace(/\\(.)/g, '$1') : Number(index));
  }
  if (at === path.length && steps.length > 0) return ok(steps);
  return fail(
    'invalid',
    'InvalidPath',
    `"${text}" is no path to one value; write for example {.database.host} or {.list[0].name}`,
  );
}

/** The value at a path, or undefined when there is none. Negative numbers count from the end of a list. */
export function valueAt(root: unknown, steps: readonly Step[]): unknown {
  return steps.reduce<unknown>((value, step) => {
    if (Array.isArray(value)) return typeof step === 'number' ? value.at(step) : undefined;
    if (value === null || typeof value !== 'object') return undefined;
    return Object.hasOwn(value, step) ? (value as Record<string, unknown>)[step] : undefined;
  }, root);
}

/** A copy without the value at a path: a key goes, an item of a list becomes null, so that the others keep their places. */
export function withoutValue(root: unknown, [step, ...rest]: readonly Step[]): unknown {
  if (step === undefined || valueAt(root, [step]) === undefined) return root;
  if (Array.isArray(root)) {
    const at = (step as number) < 0 ? root.length + (step as number) : step;
    return root.map((item, index) => (index !== at ? item : rest.length === 0 ? null : withoutValue(item, rest)));
  }
  const entries = Object.entries(root as object);
  return Object.fromEntries(
    entries.flatMap(([key, item]) => {
      if (key !== String(step)) return [[key, item]];
      return rest.length === 0 ? [] : [[key, withoutValue(item, rest)]];
    }),
  );
}
