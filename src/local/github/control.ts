import { Hono } from 'hono';
import { z } from 'zod';
import type { Comment, Pull, Repository } from './state.ts';
import { Refused, type World } from './world.ts';

/** Head commit of a branch, as the git server knows it. */
export type HeadOf = (repository: string, branch: string) => Promise<string | undefined>;

/** What people do at GitHub and no API call of ours does: `alustan local pr …` asks for it. */
const order = z.discriminatedUnion('do', [
  z.object({
    do: z.literal('open'),
    branch: z.string().min(1).max(1024),
    title: z.string().max(1024).optional(),
    labels: z.array(z.string().min(1).max(100)).optional(),
    draft: z.boolean().optional(),
    fork: z.boolean().optional(),
    author: z.string().min(1).optional(),
    base: z.string().min(1).optional(),
    sha: z
      .string()
      .regex(/^[0-9a-f]{40}$/)
      .optional(),
    files: z.array(z.string().min(1)).optional(),
  }),
  z.object({ do: z.enum(['label', 'unlabel']), number: z.int(), label: z.string().min(1).max(100) }),
  z.object({
    do: z.literal('push'),
    number: z.int(),
    sha: z
      .string()
      .regex(/^[0-9a-f]{40}$/)
      .optional(),
  }),
  z.object({ do: z.enum(['close', 'merge', 'reopen', 'ready', 'draft', 'show']), number: z.int() }),
  z.object({ do: z.literal('retarget'), number: z.int(), base: z.string().min(1) }),
  z.object({
    do: z.literal('comment'),
    number: z.int(),
    body: z.string().min(1),
    author: z.string().min(1).optional(),
  }),
  z.object({ do: z.literal('list') }),
  z.object({ do: z.literal('rename'), owner: z.string().min(1), name: z.string().min(1) }),
  z.object({
    do: z.literal('grant'),
    login: z.string().min(1),
    permission: z.enum(['admin', 'write', 'read', 'none']),
  }),
]);

export type Order = z.infer<typeof order>;
type NumberedOrder = Extract<Order, { number: number }>;

/** A pull request with what is said on it. */
export type Shown = Readonly<{
  pull: Pull;
  comments: readonly Comment[];
  statuses: readonly Readonly<{ context: string; state: string; description: string; targetUrl: string | null }>[];
  deployments: readonly Readonly<{ environment: string; state: string; url: string }>[];
}>;

/** `POST /<owner>/<repo>` takes an order, and answers with the pull requests that it concerns. */
export function controlRoutes(world: World, headOf: HeadOf): Hono {
  return new Hono().post('/:owner/:repo', async (c) => {
    const parsed = order.safeParse(await c.req.json().catch(() => undefined));
    if (!parsed.success) return c.json({ message: z.prettifyError(parsed.error) }, 400);
    const { owner, repo } = c.req.param();
    try {
      return c.json(await carryOut(world, headOf, owner, repo, parsed.data));
    } catch (error) {
      if (error instanceof Refused) return c.json({ message: error.message }, 422);
      throw error;
    }
  });
}

async function carryOut(world: World, headOf: HeadOf, owner: string, name: string, asked: Order): Promise<Shown[]> {
  // Only opening makes a repository: a mistyped name is told.
  const repository =
    asked.do === 'open' || asked.do === 'grant' ? world.repository(owner, name) : world.find(owner, name);
  if (repository === undefined) throw new Refused(`there is no repository ${owner}/${name}: open a pull request first`);
  if (asked.do === 'open') {
    const { do: _, ...wish } = asked;
    const sha = asked.sha ?? (await headOf(`${owner}/${name}`, asked.branch));
    return [shown(repository, world.open(repository, { ...wish, ...(sha === undefined ? {} : { sha }) } as never))];
  }
  if (asked.do === 'list') return repository.pulls.map((pull) => shown(repository, pull));
  if (asked.do === 'rename') world.rename(repository, asked.owner, asked.name);
  else if (asked.do === 'grant') world.grant(repository, asked.login, asked.permission);
  else return [shown(repository, await change(world, headOf, repository, asked))];
  return [];
}

async function change(world: World, headOf: HeadOf, repository: Repository, asked: NumberedOrder): Promise<Pull> {
  const pull = repository.pulls.find((each) => each.number === asked.number);
  if (pull === undefined) throw new Refused(`there is no pull request ${asked.number}: see "pr list"`);
  if (asked.do === 'label') world.label(repository, pull, asked.label);
  if (asked.do === 'unlabel') world.unlabel(repository, pull, asked.label);
  if (asked.do === 'close' || asked.do === 'merge') world.close(repository, pull, asked.do === 'merge');
  if (asked.do === 'reopen') world.reopen(repository, pull);
  if (asked.do === 'ready' || asked.do === 'draft') world.setDraft(repository, pull, asked.do === 'draft');
  if (asked.do === 'retarget') world.retarget(repository, pull, asked.base);
  if (asked.do === 'comment') world.comment(repository, pull.number, asked.author ?? repository.owner, asked.body);
  if (asked.do === 'push') {
    const head = asked.sha ?? (await headOf(`${repository.owner}/${repository.name}`, pull.head.ref));
    // A branch that the git server does not have moved, or does not know, moves to a made-up commit.
    world.push(repository, pull, head === pull.head.sha ? undefined : head);
  }
  return pull;
}

/** The page of a pull request, for people, as text. */
export function pullPage(world: World, owner: string, name: string, number: number): Shown | undefined {
  const repository = world.find(owner, name);
  const pull = repository?.pulls.find((each) => each.number === number);
  return repository === undefined || pull === undefined ? undefined : shown(repository, pull);
}

function shown(repository: Repository, pull: Pull): Shown {
  const newest = new Map(
    repository.statuses.filter(({ sha }) => sha === pull.head.sha).map((each) => [each.context, each]),
  );
  return {
    pull,
    comments: repository.comments.filter(({ issue }) => issue === pull.number),
    statuses: [...newest.values()],
    deployments: repository.deployments
      .filter(({ sha }) => sha === pull.head.sha)
      .map(({ environment, statuses }) => {
        const last = statuses.at(-1);
        return { environment, state: last?.state ?? 'queued', url: last?.environmentUrl ?? '' };
      }),
  };
}
