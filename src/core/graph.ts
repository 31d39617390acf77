/** A directed graph by names: each node with those it depends on. Edges to unknown nodes are allowed. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/**
 * The cycle that `start` is on, as a path that ends where it began, for example `[a, b, a]`; the shortest one.
 * Undefined when `start` is on none, even if it leads to one (E8: an error only on the members).
 */
export function cycleThrough(graph: Graph, start: string): readonly string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
    for (const next of graph.get(node) ?? []) {
      if (next === start) return [...pathTo(node, start, cameFrom), start];
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, node);
      queue.push(next);
    }
  }
  return undefined;
}

function pathTo(end: string, start: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const path = [end];
  for (let node = end; node !== start; ) {
    node = cameFrom.get(node) ?? start;
    path.unshift(node);
  }
  return path;
}

/** Every node that `start` leads to, itself only when it is on a cycle. */
export function reachable(graph: Graph, start: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const stack = [...(graph.get(start) ?? [])];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    stack.push(...(graph.get(node) ?? []));
  }
  return seen;
}

/**
 * Groups of nodes such that each depends only on earlier groups. Nodes on or behind a cycle come last, in one group.
 * Within a group the order of the graph is kept.
 */
export function levels(graph: Graph): readonly (readonly string[])[] {
  const waiting = new Map(
    [...graph].map(([node, needs]) => [node, new Set(needs.filter((need) => need !== node && graph.has(need)))]),
  );
  const result: string[][] = [];
  while (waiting.size > 0) {
    const free = [...waiting].filter(([, needs]) => needs.size === 0).map(([node]) => node);
    const level = free.length > 0 ? free : [...waiting.keys()];
    for (const node of level) waiting.delete(node);
    for (const needs of waiting.values()) for (const node of level) needs.delete(node);
    result.push(level);
  }
  return result;
}
