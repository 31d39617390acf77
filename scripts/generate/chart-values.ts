import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';

type Schema = Readonly<{
  type?: string;
  description?: string;
  default?: unknown;
  enum?: readonly unknown[];
  properties?: Readonly<Record<string, Schema>>;
  $ref?: string;
}>;

/** A value of the chart: the names that lead to it, what it is by default, and what it means. */
type Value = Readonly<{ path: readonly string[]; schema: Schema }>;

const file = new URL('../../charts/alustan/values.schema.json', import.meta.url);

/** The chart's schema is the source; `values.yaml` and the table of docs/install.md are made of it. */
function chartValues(): Value[] {
  return values([], JSON.parse(readFileSync(file, 'utf8')) as Schema);
}

function values(path: readonly string[], schema: Schema): Value[] {
  if (schema.default !== undefined) return [{ path, schema }];
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => values([...path, name], inner));
}

/** `values.yaml`: every default, with what it means above it. */
export function valuesFile(): string {
  const lines = ['# Generated from values.schema.json by `npm run generate`; do not edit.'];
  let before: readonly string[] = [];
  for (const { path, schema } of chartValues()) {
    if (path[0] !== before[0]) lines.push('');
    const known = path.findIndex((name, index) => name !== before[index]);
    for (let depth = known; depth < path.length - 1; depth += 1) lines.push(`${'  '.repeat(depth)}${path[depth]}:`);
    const indent = '  '.repeat(path.length - 1);
    for (const line of wrap(schema.description ?? '', 116 - indent.length)) lines.push(`${indent}# ${line}`);
    const text = stringify({ [path.at(-1) ?? '']: schema.default }).trimEnd();
    lines.push(...text.split('\n').map((line) => `${indent}${line}`));
    before = path;
  }
  return `${lines.join('\n')}\n`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line === undefined || line.length + word.length + 1 > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

/** The table of values for docs/install.md. */
export function valuesTable(): string {
  const rows = chartValues().map(({ path, schema }) => {
    const choice = schema.enum === undefined ? '' : ` One of ${schema.enum.map((each) => `\`${each}\``).join(', ')}.`;
    const standard = schema.default === '' ? '' : `\`${JSON.stringify(schema.default)}\``;
    return `| \`${path.join('.')}\` | ${standard} | ${schema.description}${choice} |`;
  });
  return ['| value | default | meaning |', '|---|---|---|', ...rows].join('\n');
}

/** Puts a generated text between its two marks in a page that is written by hand. */
export function between(page: string, mark: string, text: string): string {
  const [begin, end] = [`<!-- generated: ${mark} -->`, `<!-- end: ${mark} -->`];
  const [before, rest = ''] = page.split(begin);
  const [, after] = rest.split(end);
  if (after === undefined) throw new Error(`the page lacks ${begin} … ${end}`);
  return `${before}${begin}\n${text}\n${end}${after}`;
}
