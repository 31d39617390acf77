import { budgets, byKind, impure, rooms } from './rooms.ts';
import { type Edge, edges, functions, type Sized, type SourceFile } from './scan.ts';

/** The room of a path: `src/kube/client.ts` is in `kube`, `src/main.ts` in `main`. */
function roomOf(path: string): string | undefined {
  return /^src\/([^/]+?)(\/|\.ts$)/.exec(path)?.[1];
}

/** The folder of a path in its room: `src/plan/service/plan.ts` is of `service`, `src/plan/draft.ts` of none. */
function kindOf(path: string): string | undefined {
  return /^src\/[^/]+\/([^/]+)\//.exec(path)?.[1];
}

/** One sentence for every edge that breaks the rule of imports; it names the file, the edge and the rule. */
export function importViolations(files: readonly SourceFile[]): string[] {
  return files.flatMap(edges).flatMap((edge) => {
    const [from, to] = [roomOf(edge.from), roomOf(edge.to)];
    if (from === undefined) return [];
    const where = `${edge.from}:${edge.line} imports ${edge.to}`;
    const allowed = rooms[from];
    if (allowed === undefined) return [`${edge.from}: the room "${from}" is not in the rule of imports`];
    if (to !== undefined && !allowed.includes(to)) return [`${where}: ${from} may import only ${allowed.join(', ')}`];
    const [kind, other] = [kindOf(edge.from), kindOf(edge.to)];
    if (from === to && byKind.includes(from) && kind !== undefined && other !== undefined && kind !== other) {
      return [`${where}: a kind sees what all share, and never another kind`];
    }
    if (from === 'plan' && impure.test(edge.to)) return [`${where}: a plan is pure`];
    return [];
  });
}

/** Import cycles, each as the list of its files; type imports count. */
export function cycles(files: readonly SourceFile[]): string[][] {
  const graph = new Map(files.map((file) => [file.path, edges(file).map((edge: Edge) => edge.to)]));
  const found: string[][] = [];
  const done = new Set<string>();
  const walk = (path: string, trail: string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) found.push([...trail.slice(at), path]);
    if (at >= 0 || done.has(path)) return;
    for (const next of graph.get(path) ?? []) if (graph.has(next)) walk(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) walk(path, []);
  return found;
}

/** One sentence for every budget that is exceeded. */
export function budgetViolations(files: readonly SourceFile[]): string[] {
  const sizes = files.map((file): Sized => ({ name: file.path, lines: file.text.split('\n').length - 1 }));
  const bodies = files.flatMap(functions);
  return [
    ...over(sizes, budgets.fileMax, 'a file'),
    ...over(bodies, budgets.functionMax, 'a function'),
    ...quantile(sizes, 0.5, budgets.fileMedian, 'median of files'),
    ...quantile(sizes, 0.9, budgets.fileP90, 'p90 of files'),
    ...quantile(bodies, 0.9, budgets.functionP90, 'p90 of functions'),
  ];
}

function over(items: readonly Sized[], limit: number, what: string): string[] {
  return items
    .filter((item) => item.lines > limit)
    .map((item) => `${item.name}: ${item.lines} lines; ${what} has at most ${limit}`);
}

function quantile(items: readonly Sized[], q: number, limit: number, what: string): string[] {
  const ordered = items.map((item) => item.lines).sort((a, b) => a - b);
  const value = ordered[Math.floor(ordered.length * q)] ?? 0;
  return value > limit ? [`${what}: ${value} lines; the budget is ${limit}`] : [];
}
