/** When things happened, in the API server's own order: its resource versions, which etcd counts for all kinds. */
export type Times = Readonly<{
  /** First Job of a Service. */
  jobCreated: ReadonlyMap<string, number>;
  /** First time a Service was Ready. */
  ready: ReadonlyMap<string, number>;
}>;

/** Which Services each Service depends on. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/** Services whose Job was created before one of their dependencies was Ready, as `NAME before DEPENDENCY`. */
export function violations(graph: Graph, times: Times): string[] {
  const found: string[] = [];
  for (const [name, dependencies] of graph) {
    const created = times.jobCreated.get(name);
    if (created === undefined) continue;
    for (const dependency of dependencies) {
      const ready = times.ready.get(dependency);
      if (ready === undefined || ready > created) found.push(`${name} before ${dependency}`);
    }
  }
  return found;
}

/** `levels` levels of `width` Services; each depends on two of the level before it. */
export function layered(levels: number, width: number): Graph {
  const graph = new Map<string, string[]>();
  const name = (level: number, index: number) => `s-${level}-${index % width}`;
  for (let level = 0; level < levels; level += 1) {
    for (let index = 0; index < width; index += 1) {
      const before = level === 0 ? [] : [name(level - 1, index), name(level - 1, index + 1)];
      graph.set(name(level, index), [...new Set(before)]);
    }
  }
  return graph;
}
