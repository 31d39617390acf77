import { verify } from '@octokit/webhooks-methods';
import { type Context, Hono } from 'hono';
import { isObject } from '../../core/json.ts';
import type { Log } from '../../core/log.ts';
import { BodyReader } from './body.ts';
import { Replays } from './replays.ts';

/** Who is told; undefined while this process works for nobody, as a standby does. */
export type Bells = Readonly<{
  gitPushed(url: string): void;
  pullRequestsChanged(repositoryUrl: string): void;
}>;

export type GitHubHookOptions = Readonly<{
  /** Valid secrets, newest first: two while one takes the other's place. None: webhooks are refused. */
  secrets: () => readonly string[];
  bells: () => Bells | undefined;
  log: Pick<Log, 'info' | 'warn'>;
}>;

type Repository = Readonly<{ url?: unknown; clone_url?: unknown }>;
type Payload = Readonly<{ repository?: Repository; issue?: Readonly<{ pull_request?: unknown }> }>;
type Says = Readonly<{ status: 200 | 202 | 400 | 401 | 403 | 413 | 415 | 503; text: string }>;

/**
 * Webhooks of GitHub. They only ring: what has happened is read from GitHub afterwards, so that lost, doubled, late and
 * reordered ones do no harm. Only what is signed with the secret (HMAC SHA-256) is read at all.
 */
export function githubHooks(options: GitHubHookOptions): Hono {
  const reader = new BodyReader();
  const replays = new Replays();
  return new Hono().post('/', async (c) => {
    const { status, text } = await receive(c, options, reader, replays);
    if (status >= 400) options.log.warn({ status, delivery: delivery(c) }, `webhook refused: ${text}`);
    return c.text(`${text}\n`, status);
  });
}

async function receive(c: Context, options: GitHubHookOptions, reader: BodyReader, replays: Replays): Promise<Says> {
  const secrets = options.secrets();
  if (secrets.length === 0) return says(403, 'no secret for webhooks is set: see docs/github.md');
  const signature = c.req.header('x-hub-signature-256');
  if (!signature) return says(401, 'not signed: set the secret at the webhook, too');
  const body = await reader.read(c.req.raw);
  if (!body.ok) return says(body.status, body.why);
  const text = new TextDecoder().decode(body.bytes);
  if (!(await signed(secrets, text, signature))) return says(401, 'the signature is not ours: the secrets differ');
  if (!/^application\/json\b/i.test(c.req.header('content-type') ?? '')) {
    return says(415, 'choose the content type application/json at the webhook');
  }
  const event = c.req.header('x-github-event') ?? '';
  if (event === 'ping') return says(200, 'pong');
  const payload = parse(text);
  if (payload === undefined) return says(400, 'no JSON object');
  const bells = options.bells();
  if (bells === undefined) return says(503, 'this replica does not lead');
  // Only what is heard is known: what was refused may be sent again.
  if (!replays.isNew(delivery(c))) return says(202, 'known already');
  return says(202, ring(bells, event, payload) ? 'heard' : 'nothing to do');
}

/** True when somebody may want to know. */
function ring(bells: Bells, event: string, { repository = {}, issue }: Payload): boolean {
  const { url, clone_url: clone } = repository;
  if (event === 'push' && typeof clone === 'string') {
    bells.gitPushed(clone);
    return true;
  }
  const ours = event === 'pull_request' || (event === 'issue_comment' && issue?.pull_request !== undefined);
  if (!ours || typeof url !== 'string') return false;
  bells.pullRequestsChanged(url);
  return true;
}

async function signed(secrets: readonly string[], text: string, signature: string): Promise<boolean> {
  if (text === '') return false;
  for (const secret of secrets) if (await verify(secret, text, signature)) return true;
  return false;
}

function parse(text: string): Payload | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function delivery(c: Context): string {
  return c.req.header('x-github-delivery') ?? '';
}

function says(status: Says['status'], text: string): Says {
  return { status, text };
}
