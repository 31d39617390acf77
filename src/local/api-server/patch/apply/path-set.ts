/**
 * A set of field paths (fieldsV1). Elements are in their serialised form: `f:name`, `k:{"name":"x"}`, `v:"x"`, `i:0`.
 * A path is a list of them; the set is a tree, so that every operation is one walk.
 */
export type PathSet = { readonly members: ReadonlySet<string>; readonly children: ReadonlyMap<string, PathSet> };

export const EMPTY: PathSet = { members: new Set(), children: new Map() };

/** A set that is being filled. */
export class PathSetBuilder {
  readonly members = new Set<string>();
  readonly children = new Map<string, PathSetBuilder>();

  insert(path: readonly string[]): void {
    const [head, ...rest] = path;
    if (head === undefined) return;
    if (rest.length === 0) this.members.add(head);
    else this.child(head).insert(rest);
  }

  private child(element: string): PathSetBuilder {
    let child = this.children.get(element);
    if (!child) {
      child = new PathSetBuilder();
      this.children.set(element, child);
    }
    return child;
  }
}

export function isEmpty(set: PathSet): boolean {
  if (set.members.size > 0) return false;
  for (const child of set.children.values()) if (!isEmpty(child)) return false;
  return true;
}

/** The elements of one node without some of them. */
export function without(members: ReadonlySet<string>, gone: ReadonlySet<string>): Set<string> {
  return new Set([...members].filter((element) => !gone.has(element)));
}

export function union(a: PathSet, b: PathSet): PathSet {
  const children = new Map(a.children);
  for (const [element, child] of b.children) {
    const mine = children.get(element);
    children.set(element, mine ? union(mine, child) : child);
  }
  return { members: new Set([...a.members, ...b.members]), children };
}

/** What is in `a` and not in `b`. A member of `b` does not remove what lies under it in `a`. */
export function difference(a: PathSet, b: PathSet): PathSet {
  return {
    members: without(a.members, b.members),
    children: pruned(a, (child, element) => difference(child, b.children.get(element) ?? EMPTY)),
  };
}

export function intersection(a: PathSet, b: PathSet): PathSet {
  return {
    members: new Set([...a.members].filter((element) => b.members.has(element))),
    children: pruned(a, (child, element) => intersection(child, b.children.get(element) ?? EMPTY)),
  };
}

function pruned(set: PathSet, map: (child: PathSet, element: string) => PathSet): Map<string, PathSet> {
  const children = new Map<string, PathSet>();
  for (const [element, child] of set.children) {
    const mapped = map(child, element);
    if (!isEmpty(mapped)) children.set(element, mapped);
  }
  return children;
}

/** Every path of the set in the real server's order: the members of a node, sorted, then what lies under it. */
export function paths(set: PathSet, prefix: readonly string[] = []): string[][] {
  const members = [...set.members].sort().map((element) => [...prefix, element]);
  const children = [...set.children].sort(([a], [b]) => (a < b ? -1 : 1));
  return [...members, ...children.flatMap(([element, child]) => paths(child, [...prefix, element]))];
}

/** A path as messages print it: `.spec.containers[name="web"].image`. */
export function printPath(path: readonly string[]): string {
  return path.map(printElement).join('');
}

function printElement(element: string): string {
  const value = element.slice(2);
  if (element.startsWith('f:')) return `.${value}`;
  if (element.startsWith('i:')) return `[${value}]`;
  if (element.startsWith('v:')) return `[=${value}]`;
  const keys = Object.entries(JSON.parse(value) as Record<string, unknown>);
  return `[${keys.map(([key, item]) => `${key}=${JSON.stringify(item)}`).join(',')}]`;
}
