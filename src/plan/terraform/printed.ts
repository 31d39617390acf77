import { isObject, type JsonObject } from '../../core/json.ts';
import { type Failure, fail, ok, type Result } from '../../core/result.ts';
import { outputLimit, type RunEnd, tailLines } from '../../core/terraform-run.ts';

/** Characters that are parsed of what looks like an object and is none, before the search is given up. */
const patience = 25 * outputLimit;
/** Levels that outputs may be nested: who reads them does so level by level, on a stack. */
const levels = 100;
const remedy = 'spec.postDeploy.script must print one JSON object {"outputs": {…}}';

export const logIsGone: Failure = {
  kind: 'invalid',
  reason: 'OutputLost',
  message: 'its log is gone before it was read; it is run again',
};

/** E29: the object `outputs` that a script has printed, after whatever it has logged before. */
export function readOutputs({
  output,
  outputTooLarge = false,
}: Pick<RunEnd, 'output' | 'outputTooLarge'>): Result<JsonObject> {
  if (outputTooLarge) {
    const limit = `${outputLimit / 1024} KiB`;
    return fail(
      'invalid',
      'OutputTooLarge',
      `it printed more than ${limit}, of which nothing is taken; ${remedy}, and less of it`,
    );
  }
  if (output === undefined) return { ok: false, failure: logIsGone };
  if (output.trim() === '') return fail('invalid', 'NoOutput', `it printed nothing; ${remedy}`);
  const found = lastObject(output);
  if (found === undefined) return fail('invalid', 'OutputNotJson', `it printed ${looks(output)}; ${remedy}`);
  const { outputs } = found.value;
  if (isObject(outputs) && !isDeeper(outputs, levels)) return ok(exact(found.text));
  const what = isObject(outputs)
    ? `"outputs" that are more than ${levels} levels deep`
    : outputs === undefined
      ? 'a JSON object without "outputs"'
      : '"outputs" that is not an object';
  return fail('invalid', 'OutputInvalid', `it printed ${what}; ${remedy}`);
}

/** What may be told of a log with sensitive outputs: the last lines before the first brace. Of a log that is cut, none. */
export function withoutOutputs(end: RunEnd): RunEnd {
  const { output = '', outputTooLarge = false } = end;
  if (!outputTooLarge && !output.includes('{')) return end;
  const lines = output.slice(0, output.indexOf('{')).split('\n').slice(0, -1);
  const told = outputTooLarge ? [] : lines.slice(-tailLines);
  const from = told.length === 0 ? '' : 'from its first brace on, ';
  const message = `${from}what it printed may hold sensitive outputs, and stands in its log only`;
  return { message, ...end, tail: told };
}

/** In words only: what was printed may hold secrets. */
function looks(text: string): string {
  if (/^\s*<(!doctype|html|\?xml)/i.test(text)) return 'HTML or XML, no JSON object';
  return /^\s*\[/.test(text) ? 'a JSON list or log lines, no JSON object' : 'text, no JSON object';
}

/** The outputs, numbers that would lose digits as texts: an identifier of 20 digits would be published as another. */
function exact(text: string): JsonObject {
  return (JSON.parse(text, keepDigits) as { outputs: JsonObject }).outputs;
}

function keepDigits(_key: string, value: unknown, { source }: Readonly<{ source?: string }> = {}): unknown {
  return typeof value === 'number' && !isKept(value) ? source : value;
}

function isKept(value: number): boolean {
  return Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value));
}

type Found = Readonly<{ value: JsonObject; text: string }>;

/** The last top-level JSON object: of those that begin a line, else of any. */
function lastObject(text: string): Found | undefined {
  const closing = closings(text);
  return search(text, /^[ \t]*\{/gm, closing) ?? search(text, /\{/g, closing);
}

function search(text: string, beginning: RegExp, closing: Int32Array): Found | undefined {
  let last: Found | undefined;
  let inVain = 0;
  for (let match = beginning.exec(text); match !== null && inVain < patience; match = beginning.exec(text)) {
    const begin = match.index + match[0].length - 1;
    const end = 1 + (closing[begin + 1] as number);
    if (end > text.length) continue;
    const object = text.slice(begin, end);
    const value = parse(object);
    if (value === undefined) inVain += end - begin;
    else {
      last = { value, text: object };
      // What is inside of it is not at the top.
      beginning.lastIndex = end;
    }
  }
  return last;
}

/**
 * For each position, read as outside of a string, that of the brace that closes what is open there; the length of the
 * text where none does. Found from the end, each from those behind it: a text of braces only takes no longer than another.
 */
function closings(text: string): Int32Array {
  const none = text.length;
  const outside = new Int32Array(none + 2).fill(none);
  const inside = new Int32Array(none + 2).fill(none);
  const at = (of: Int32Array, position: number) => of[position] as number;
  for (let position = none - 1; position >= 0; position -= 1) {
    const char = text[position];
    const next = position + 1;
    inside[position] = char === '"' ? at(outside, next) : at(inside, char === '\\' ? next + 1 : next);
    if (char === '}') outside[position] = position;
    else if (char === '"') outside[position] = at(inside, next);
    else if (char === '{') outside[position] = at(outside, Math.min(none, at(outside, next) + 1));
    else outside[position] = at(outside, next);
  }
  return outside;
}

function parse(text: string): JsonObject | undefined {
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return undefined;
  }
}

function isDeeper(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth < limit && level.length > 0; depth += 1) {
    level = level.flatMap((item) => (item !== null && typeof item === 'object' ? Object.values(item) : []));
  }
  return level.length > 0;
}
