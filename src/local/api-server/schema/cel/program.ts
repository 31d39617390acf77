import { Environment, Optional } from '@marcbachmann/cel-js';
import { registerKubernetesFunctions } from './functions.ts';
import { registerHas, rewriteHas } from './has.ts';

/** A compiled CEL expression over `self` and `oldSelf`. */
type Program = {
  usesOldSelf: boolean;
  /** Runs it; throws an Error whose message says what went wrong (`No such key: x`). */
  run(self: unknown, oldSelf: unknown, optionalOldSelf: boolean): unknown;
};

export type Compiled = { ok: true; program: Program } | { ok: false; message: string };

let environment: Environment | undefined;
const compiled = new Map<string, Compiled>();

/** Compiles an expression, once for each text. */
export function compile(expression: string): Compiled {
  const known = compiled.get(expression);
  if (known) return known;
  const fresh = compileFresh(expression);
  compiled.set(expression, fresh);
  return fresh;
}

function compileFresh(expression: string): Compiled {
  environment ??= createEnvironment();
  try {
    const text = rewriteHas(expression);
    const parsed = environment.parse(text);
    const checked = environment.check(text);
    if (!checked.valid) return { ok: false, message: summary(checked.error) };
    const usesOldSelf = mentions(parsed.ast, 'oldSelf');
    return {
      ok: true,
      program: { usesOldSelf, run: (self, old, optional) => parsed({ self, oldSelf: wrap(old, optional) }) },
    };
  } catch (error) {
    return { ok: false, message: summary(error) };
  }
}

function createEnvironment(): Environment {
  const env = new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false })
    .registerVariable('self', 'dyn')
    .registerVariable('oldSelf', 'dyn');
  return registerHas(registerKubernetesFunctions(env));
}

function wrap(old: unknown, optional: boolean): unknown {
  if (!optional) return old;
  return old === undefined || old === null ? Optional.none() : Optional.of(old);
}

/** The first line: the package's messages go on with a picture of the source. */
export function summary(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}

/** Whether a name stands free in a syntax tree. */
function mentions(node: unknown, name: string): boolean {
  if (Array.isArray(node)) return node.some((item) => mentions(item, name));
  if (typeof node !== 'object' || node === null || !('op' in node) || !('args' in node)) return false;
  return (node.op === 'id' && node.args === name) || mentions(node.args, name);
}
