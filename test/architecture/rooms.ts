/**
 * The rule of the house: which room (folder of src/) may import which. Type imports count.
 * The reasons are in docs/architecture.md.
 */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  core: ['core'],
  api: ['core', 'api'],
  kube: ['core', 'kube'],
  plan: ['core', 'api', 'plan'],
  trigger: ['core', 'trigger'],
  source: ['core', 'kube', 'source'],
  apply: ['core', 'kube', 'apply'],
  status: ['core', 'kube', 'status'],
  engine: ['core', 'kube', 'engine'],
  runner: ['core', 'kube', 'runner'],
  controller: ['core', 'api', 'kube', 'plan', 'trigger', 'source', 'apply', 'status', 'engine', 'controller'],
  server: ['core', 'controller', 'server'],
  local: ['core', 'api', 'kube', 'controller', 'server', 'local'],
  cli: ['core', 'kube', 'controller', 'server', 'local', 'runner', 'cli'],
  main: ['cli'],
};

/** Rooms with a folder for each kind: a kind sees what all share, and never another kind. */
export const byKind: readonly string[] = ['plan', 'controller'];

/** Lines; the reasons are in CONTRIBUTING.md. */
export const budgets = {
  fileMedian: 100,
  fileP90: 250,
  fileMax: 400,
  functionP90: 35,
  functionMax: 60,
} as const;

/** A plan is pure: these words in its imports or globals would make it otherwise. */
export const impure = /^(node:(?!crypto$)|undici|@kubernetes|isomorphic-git|pino|hono|@hono)/;
