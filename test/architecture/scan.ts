import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { parseSync } from 'oxc-parser';

export type SourceFile = Readonly<{ path: string; text: string }>;
export type Edge = Readonly<{ from: string; to: string; line: number }>;
export type Sized = Readonly<{ name: string; lines: number }>;

/** All product sources below a folder: no tests, no generated files. Paths are relative to `root`, with `/`. */
export function sources(root: string, folder = 'src'): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ts$/.test(entry.name) && !/\.(test|generated)\.ts$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .map((path) => ({ path: path.replaceAll('\\', '/'), text: readFileSync(join(root, path), 'utf8') }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Every import of a file, static, dynamic, re-exported or of types only; ours as paths, others by their name. */
export function edges(file: SourceFile): Edge[] {
  const { module } = parseSync(file.path, file.text);
  const requests = [
    ...module.staticImports.map((item) => item.moduleRequest),
    ...module.staticExports.flatMap((item) => item.entries.flatMap((entry) => entry.moduleRequest ?? [])),
    ...module.dynamicImports.map((item) => ({
      ...item.moduleRequest,
      value: file.text.slice(item.moduleRequest.start, item.moduleRequest.end).replace(/^['"`]|['"`]$/g, ''),
    })),
  ];
  return requests.map((request) => ({
    from: file.path,
    to: request.value.startsWith('.') ? posix.normalize(posix.join(dirname(file.path), request.value)) : request.value,
    line: file.text.slice(0, request.start).split('\n').length,
  }));
}

/** Length in lines of every function that has a body, named as well as the syntax tells. */
export function functions(file: SourceFile): Sized[] {
  const { program } = parseSync(file.path, file.text);
  const found: Sized[] = [];
  visit(program, (node) => {
    if (!/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(String(node['type']))) return;
    const [start, end] = [Number(node['start']), Number(node['end'])];
    const first = file.text.slice(0, start).split('\n').length;
    const lines = file.text.slice(start, end).split('\n').length;
    const id = node['id'] as { name?: string } | null | undefined;
    found.push({ name: `${file.path}:${first} ${id?.name ?? '(anonymous)'}`, lines });
  });
  return found;
}

function visit(node: unknown, see: (node: Record<string, unknown>) => void): void {
  if (Array.isArray(node)) {
    for (const item of node) visit(item, see);
  } else if (node !== null && typeof node === 'object') {
    const record = node as Record<string, unknown>;
    if (typeof record['type'] === 'string') see(record);
    for (const value of Object.values(record)) visit(value, see);
  }
}
