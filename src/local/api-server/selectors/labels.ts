import { badRequest } from '../errors.ts';
import { type Json, listOf, mapOf, mapsOf, textOf } from '../object.ts';

type Labels = Readonly<Record<string, unknown>>;
export type LabelMatch = (labels: Labels) => boolean;

type Requirement = { key: string; operator: string; values: readonly string[] };

const shape = /^\s*(!?)\s*([^\s!=,()]+)\s*(?:(==|=|!=|>|<)\s*([^\s,()]*)|\s(in|notin)\s*\(([^)]*)\))?\s*$/;

/**
 * The query's `labelSelector`: `a=b,c!=d,e in (f,g),!h`.
 * @throws 400 as the real server words it.
 */
export function parseLabelSelector(text: string | null): LabelMatch | undefined {
  if (text === null || text.trim() === '') return undefined;
  const requirements = splitOutside(text).map(parseRequirement);
  return (labels) => requirements.every((one) => holds(one, labels));
}

/** Splits at commas that are not within parentheses. */
function splitOutside(text: string): string[] {
  return text.split(/,(?![^(]*\))/);
}

function parseRequirement(text: string): Requirement {
  const match = shape.exec(text);
  if (match === null) throw badRequest(`unable to parse requirement: found '${text.trim()}', expected: identifier`);
  const [, not, key = '', sign, value = '', word, list = ''] = match;
  if (word !== undefined) return { key, operator: word, values: list.split(',').map((one) => one.trim()) };
  if (sign !== undefined) return { key, operator: sign === '==' ? '=' : sign, values: [value] };
  return { key, operator: not === '!' ? '!' : 'exists', values: [] };
}

function holds({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = labels[key];
  const has = typeof value === 'string';
  switch (operator) {
    case 'exists':
      return has;
    case '!':
      return !has;
    case '=':
    case 'in':
      return has && values.includes(value);
    case '!=':
    case 'notin':
      return !has || !values.includes(value);
    case '>':
      return has && Number(value) > Number(values[0]);
    default:
      return has && Number(value) < Number(values[0]);
  }
}

const expressionOperators: Record<string, string> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' };

/** A metav1.LabelSelector as it stands in objects. */
export function matchesSelector(selector: unknown, labels: Labels): boolean {
  const { matchLabels, matchExpressions } = mapOf(selector);
  return (
    Object.entries(mapOf(matchLabels)).every(([key, value]) => labels[key] === value) &&
    mapsOf(matchExpressions).every((one) => holds(expression(one), labels))
  );
}

function expression(one: Json): Requirement {
  const operator = expressionOperators[textOf(one.operator)] ?? 'exists';
  return { key: textOf(one.key), operator, values: listOf(one.values).map(textOf) };
}

/** The text form of a metav1.LabelSelector, as a query takes it and as tables show it. */
export function formatSelector(selector: unknown): string {
  const { matchLabels, matchExpressions } = mapOf(selector);
  const equals = Object.entries(mapOf(matchLabels)).map(([key, value]) => `${key}=${String(value)}`);
  const others = mapsOf(matchExpressions).map((one) => {
    const { key, operator, values } = expression(one);
    if (operator === 'exists') return key;
    return operator === '!' ? `!${key}` : `${key} ${operator} (${values.join(',')})`;
  });
  return [...equals.sort(), ...others].join(',');
}
