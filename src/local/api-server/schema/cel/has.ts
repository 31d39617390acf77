import { type ASTNode, type Environment, Optional } from '@marcbachmann/cel-js';

/**
 * The package's own `has()` takes chains of names only, and refuses `has(self.rules[0].path)`, which CEL allows and
 * public CRDs use (Gateway API). A macro cannot be replaced, so ours has another name and rules are rewritten to it.
 */
const NAME = 'kubernetesHas';

type Checker = { check(node: ASTNode, context: unknown): unknown; getType(name: 'bool'): unknown } & {
  createError(code: string, message: string, node: ASTNode): Error;
};
type Evaluator = { run(node: ASTNode, context: unknown): unknown };
type Macro = { args: ASTNode[] };

/** Calls of `has(` become calls of our macro, except in string literals. */
export function rewriteHas(expression: string): string {
  return expression.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|(?<![\w.])has\s*\(/g, (match) =>
    match.startsWith('has') ? `${NAME}(` : match,
  );
}

export function registerHas(env: Environment): Environment {
  return env.registerFunction(`${NAME}(ast): bool`, ({ args }: Macro) => ({ args, typeCheck, evaluate, async: false }));
}

function typeCheck(checker: Checker, { args: [node] }: Macro, context: unknown): unknown {
  if (node?.op !== '.') {
    throw checker.createError('invalid_macro_argument', 'has() invalid argument', node as ASTNode);
  }
  checker.check(node.args[0], context);
  return checker.getType('bool');
}

function evaluate(evaluator: Evaluator, { args: [node] }: Macro, context: unknown): boolean {
  if (node?.op !== '.') return false;
  const [operand, name] = node.args;
  return hasField(evaluator.run(operand, context), name);
}

function hasField(value: unknown, name: string): boolean {
  if (value instanceof Optional) return value.hasValue() && hasField(value.value(), name);
  if (value instanceof Map) return value.has(name);
  if (typeof value !== 'object' || value === null) throw new Error(`no such overload: has(${typeof value}.${name})`);
  return Object.hasOwn(value, name);
}
