import { compile } from '../cel/program.ts';
import { invalid, required } from '../field-error.ts';
import type { FieldError, Schema, ValidationRule } from '../types.ts';

/**
 * The texts of CEL rules: there, readable, with functions that exist, their field paths real. Not checked: the types of
 * what a rule compares, fields that no schema declares, estimated cost (the real server refuses those too).
 */
export function checkRuleTexts(schema: Schema, path: string, list: string | undefined): FieldError[] {
  return (schema['x-kubernetes-validations'] ?? []).flatMap((rule, i) =>
    checkText(rule, schema, `${path}.x-kubernetes-validations[${i}]`, list),
  );
}

function checkText(rule: ValidationRule, schema: Schema, path: string, list: string | undefined): FieldError[] {
  if (!rule.rule?.trim()) return [required(`${path}.rule`, 'rule is not specified')];
  const compiled = compile(rule.rule);
  if (!compiled.ok)
    return [invalid(`${path}.rule`, asGo(rule), `compilation failed: ERROR: <input>: ${compiled.message}`)];
  const errors: FieldError[] = [];
  if (compiled.program.usesOldSelf && list !== undefined) {
    const why = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${list}`;
    errors.push(invalid(`${path}.rule`, rule.rule, why));
  }
  const expression = rule.messageExpression ? compile(rule.messageExpression) : undefined;
  if (expression?.ok === false) {
    const why = `messageExpression compilation failed: ERROR: <input>: ${expression.message}`;
    errors.push(invalid(`${path}.messageExpression`, asGo(rule), why));
  }
  if (rule.fieldPath !== undefined && !leadsSomewhere(schema, rule.fieldPath)) {
    errors.push(invalid(`${path}.fieldPath`, rule.fieldPath, 'must be a valid path'));
  }
  return errors;
}

/** Go prints the whole rule as the invalid value. */
function asGo(rule: ValidationRule) {
  return {
    Rule: rule.rule,
    Message: rule.message ?? '',
    MessageExpression: rule.messageExpression ?? '',
    Reason: rule.reason ?? null,
    FieldPath: rule.fieldPath ?? '',
    OptionalOldSelf: rule.optionalOldSelf ?? null,
  };
}

/** Whether a path such as `.a.b['c-d']` names declared fields. */
function leadsSomewhere(schema: Schema, path: string): boolean {
  let at: Schema | undefined = schema;
  let rest = path;
  while (rest !== '') {
    const step = /^\.([A-Za-z_]\w*)|^\['([^']+)'\]/.exec(rest);
    if (!step) return false;
    const name: string = step[1] ?? step[2] ?? '';
    const more: unknown = at?.additionalProperties;
    at = at?.properties?.[name] ?? (typeof more === 'object' ? (more as Schema) : undefined);
    if (!at) return false;
    rest = rest.slice(step[0].length);
  }
  return path !== '';
}
