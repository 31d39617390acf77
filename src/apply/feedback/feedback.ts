import type { Clock } from '../../core/clock.ts';
import type { ForgeWriter } from '../../core/forge-writer.ts';
import type { Log } from '../../core/log.ts';
import { asEntities } from '../../core/markdown.ts';
import { masker } from '../../core/mask.ts';
import type { FeedbackAction } from '../../core/plan.ts';
import type { CredentialsRef, ForgeCredentials, ForgeTarget } from '../../core/pull-request.ts';
import { ok, type Result } from '../../core/result.ts';
import type { ActionOf, Applied, Applier } from '../contract.ts';
import { CommentWriter } from './comment.ts';
import { asSection } from './comment-body.ts';
import { DeploymentWriter } from './deployment.ts';
import { type Letter, Outbox } from './outbox.ts';
import { settleStatus } from './status.ts';

export type FeedbackOptions = Readonly<{
  writer: ForgeWriter;
  /** The login that a plan named; undefined: it is not known (yet), and nothing is said. */
  loginOf: (ref: CredentialsRef) => ForgeCredentials | undefined;
  clock: Clock;
  log: Pick<Log, 'warn'>;
}>;

/** Characters of a description that GitHub takes. */
const descriptionLimit = 140;

/**
 * Says on pull requests what plans want to be said there. Accepts at once and says it beside; a forge that cannot be
 * reached or refuses is told in the log, and holds up nothing.
 */
export class FeedbackApplier implements Applier<FeedbackAction['type']> {
  readonly #loginOf: FeedbackOptions['loginOf'];
  readonly #outbox: Outbox;
  readonly #comments: CommentWriter;
  readonly #deployments: DeploymentWriter;
  readonly #writer: ForgeWriter;

  constructor({ writer, loginOf, clock, log }: FeedbackOptions) {
    this.#loginOf = loginOf;
    this.#writer = writer;
    this.#comments = new CommentWriter(writer);
    this.#deployments = new DeploymentWriter(writer);
    const failed = ({ key }: Letter, { reason, message }: Readonly<{ reason: string; message: string }>) =>
      log.warn({ feedback: key, reason }, `cannot be said on the pull request: ${message}`);
    this.#outbox = new Outbox({ clock, failed });
  }

  async apply(action: ActionOf<FeedbackAction['type']>): Promise<Result<Applied>> {
    const credentials = action.credentials === undefined ? undefined : this.#loginOf(action.credentials);
    if (credentials === undefined) return ok({ state: 'done', message: 'no login with which to write' });
    const letter = this.#letter(action, { repository: action.repository, credentials });
    return ok({ state: this.#outbox.post(letter) ? 'done' : 'pending' });
  }

  /** What is still to be said. */
  get pending(): number {
    return this.#outbox.pending;
  }

  close(): void {
    this.#outbox.close();
  }

  #letter(action: FeedbackAction, target: ForgeTarget): Letter {
    const { owner, repo, apiUrl } = target.repository;
    const where = `${apiUrl}/${owner}/${repo}`;
    const lane = target.credentials?.id ?? '';
    const right = `${lane} ${where} ${action.type}`;
    switch (action.type) {
      case 'comment-upsert': {
        const hide = masker(inMarkdown([...action.sensitive, ...secretsOf(target.credentials)]));
        const body = action.body === undefined ? undefined : asSection(hide(action.body));
        const { number, marker, heading, section } = action;
        const wanted = this.#comments.want(
          { target, number, marker, heading, key: `${where} #${number} ${marker}` },
          section,
          body,
        );
        return { ...wanted, lane, right };
      }
      case 'commit-status': {
        const { sha, context, state, targetUrl } = action;
        const url = targetUrl === undefined ? {} : { targetUrl };
        const status = { context, state, description: cut(action.description), ...url };
        const content = JSON.stringify(status);
        const settle = (signal: AbortSignal) => settleStatus(this.#writer, target, sha, status, signal);
        return { key: `${where} ${sha} ${context}`, lane, right, content, settle };
      }
      case 'deployment': {
        const { sha, environment, state, environmentUrl } = action;
        const url = environmentUrl === undefined ? {} : { environmentUrl };
        const status = { state, description: cut(action.description), ...url };
        const content = JSON.stringify([sha, status]);
        const settle = (signal: AbortSignal) => this.#deployments.settle(target, { sha, environment }, status, signal);
        return { key: `${where} environment ${environment}`, lane, right, content, settle };
      }
    }
  }
}

function cut(description: string): string {
  const characters = [...description.replace(/\s+/g, ' ').trim()];
  if (characters.length <= descriptionLimit) return characters.join('');
  return `${characters.slice(0, descriptionLimit - 1).join('')}…`;
}

/** Also as inline code holds them, whose characters are entities and whose lines are one. */
function inMarkdown(secrets: readonly string[]): string[] {
  return secrets.flatMap((secret) => [secret, ...secret.split(/\r?\n/).map((line) => asEntities(line.trim()))]);
}

function secretsOf(credentials: ForgeCredentials | undefined): string[] {
  if (credentials === undefined) return [];
  return [credentials.type === 'token' ? credentials.token : credentials.privateKey];
}
