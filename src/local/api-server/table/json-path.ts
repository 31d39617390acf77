import { isMap } from '../object.ts';

type Step =
  | { kind: 'field'; name: string }
  | { kind: 'all' }
  | { kind: 'index'; at: number }
  | { kind: 'filter'; path: string; equals: unknown };

const token =
  /\.?\[\?\(@\.([^=\s]+)\s*==\s*(?:"([^"]*)"|'([^']*)'|([^)]*?))\s*\)\]|\.?\[(\*|-?\d+)\]|\.?\['((?:\\'|[^'])+)'\]|\.((?:\\.|[^.[\]])+)/gy;

/**
 * The values at a JSONPath of the subset that CRDs' printer columns use: fields, `[*]`, `[0]`, `['a.b']` and
 * `[?(@.type=="Ready")]`.
 */
export function evaluate(root: unknown, path: string): unknown[] {
  return parse(path).reduce<unknown[]>((values, step) => values.flatMap((value) => follow(value, step)), [root]);
}

function parse(path: string): Step[] {
  const trimmed = path.startsWith('.') || path.startsWith('[') ? path : `.${path}`;
  const steps: Step[] = [];
  for (const match of trimmed.matchAll(token)) {
    const [, filter, double, single, bare, index, quoted, field] = match;
    if (filter !== undefined)
      steps.push({ kind: 'filter', path: `.${filter}`, equals: double ?? single ?? literal(bare ?? '') });
    else if (index === '*') steps.push({ kind: 'all' });
    else if (index !== undefined) steps.push({ kind: 'index', at: Number(index) });
    else steps.push({ kind: 'field', name: (quoted ?? field ?? '').replace(/\\(.)/g, '$1') });
  }
  return steps;
}

function literal(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function follow(value: unknown, step: Step): unknown[] {
  switch (step.kind) {
    case 'field': {
      const found = isMap(value) ? value[step.name] : undefined;
      return found === undefined ? [] : [found];
    }
    case 'all':
      return Array.isArray(value) ? value : isMap(value) ? Object.values(value) : [];
    case 'index': {
      const found = Array.isArray(value) ? value.at(step.at) : undefined;
      return found === undefined ? [] : [found];
    }
    case 'filter':
      return (Array.isArray(value) ? value : []).filter((one) => evaluate(one, step.path)[0] === step.equals);
  }
}
