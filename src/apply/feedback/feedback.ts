import type { Clock } from '../../core/clock.ts';
import type { ForgeWriter } from '../../core/forge-writer.ts';
import type { Log } from '../../core/log.ts';
import { asEntities } from '../../core/markdown.ts';
import { masker } from '../../core/mask.ts';
import type { FeedbackAction } from '../../core/plan.ts';
import { type CredentialsRef, type ForgeCredentials, type ForgeTarget, forgeBell } from '../../core/pull-request.ts';
import { type Failure, ok, type Result } from '../../core/result.ts';
import type { ActionOf, Applied, Applier } from '../contract.ts';
import { CommentWriter } from './comment.ts';
import { asSection } from './comment-body.ts';
import { DeploymentWriter } from './deployment.ts';
import { type Letter, Outbox } from './outbox.ts';
import { Refusals } from './refusals.ts';
import { settleStatus } from './status.ts';

export type FeedbackOptions = Readonly<{
  writer: ForgeWriter;
  /** The login that a plan named; undefined: it is not known (yet), and nothing is said. */
  loginOf: (ref: CredentialsRef) => ForgeCredentials | undefined;
  clock: Clock;
  log: Pick<Log, 'warn'>;
  /** Told of the section whose `refusal` is another one. */
  refusalChanged?: (section: string) => void;
}>;

/** Characters of a description that GitHub takes. */
const descriptionLimit = 140;

/**
 * Says on pull requests what plans want to be said there. Accepts at once and says it beside; a forge that cannot be
 * reached or refuses is told in the log, and holds up nothing; what a person must mend is told by `refusal`, too.
 */
export class FeedbackApplier implements Applier<FeedbackAction['type']> {
  readonly #loginOf: FeedbackOptions['loginOf'];
  readonly #outbox: Outbox;
  readonly #comments: CommentWriter;
  readonly #deployments: DeploymentWriter;
  readonly #writer: ForgeWriter;

  readonly #refusals: Refusals;

  constructor({ writer, loginOf, clock, log, refusalChanged = () => undefined }: FeedbackOptions) {
    this.#loginOf = loginOf;
    this.#writer = writer;
    this.#comments = new CommentWriter(writer);
    this.#deployments = new DeploymentWriter(writer);
    this.#refusals = new Refusals(refusalChanged);
    const failed = (letter: Letter, failure: Failure, isNews: boolean) => {
      const { reason, message } = failure;
      if (isNews) log.warn({ feedback: letter.key, reason }, `cannot be said on the pull request: ${message}`);
      if (letter.last === true) this.#refusals.dropped(letter);
      else this.#refusals.refused(letter, failure);
    };
    this.#outbox = new Outbox({ clock, failed, recovered: (letter) => this.#refusals.said(letter) });
  }

  async apply(action: ActionOf<FeedbackAction['type']>): Promise<Result<Applied>> {
    const credentials = action.credentials === undefined ? undefined : this.#loginOf(action.credentials);
    if (credentials === undefined) return ok({ state: 'done', message: 'no login with which to write' });
    const letter = this.#letter(action, { repository: action.repository, credentials });
    if (letter.last === true) this.#refusals.dropped(letter);
    return ok({ state: this.#outbox.post(letter) ? 'done' : 'pending' });
  }

  /** Why the words of a section (`namespace/name`) cannot be said there, where a person must mend it. */
  refusal(section: string, target: ForgeTarget): Failure | undefined {
    return this.#refusals.of(section, placeOf(target));
  }

  /** What is still to be said. */
  get pending(): number {
    return this.#outbox.pending;
  }

  close(): void {
    this.#outbox.close();
  }

  #letter(action: FeedbackAction, target: ForgeTarget): Letter {
    const where = forgeBell(target.repository);
    const { section, last } = action;
    const place = placeOf(target);
    const lane = laneOf(target);
    const common = { lane, place, right: `${place} ${action.type}`, section, last };
    switch (action.type) {
      case 'comment-upsert': {
        const hide = masker(inMarkdown([...action.sensitive, ...secretsOf(target.credentials)]));
        const body = action.body === undefined ? undefined : asSection(hide(action.body));
        const { number, marker, heading } = action;
        const wanted = this.#comments.want(
          { target, number, marker, heading, key: `${where} #${number} ${marker}` },
          section,
          body,
        );
        return { ...wanted, ...common };
      }
      case 'commit-status': {
        const { number, sha, context, state, targetUrl } = action;
        const url = targetUrl === undefined ? {} : { targetUrl };
        const status = { context, state, description: cut(action.description), ...url };
        const content = JSON.stringify([sha, status]);
        const settle = (signal: AbortSignal) => settleStatus(this.#writer, target, sha, status, signal);
        return { ...common, key: `${where} #${number} ${context}`, content, settle };
      }
      case 'deployment': {
        const { sha, environment, state, environmentUrl } = action;
        const url = environmentUrl === undefined ? {} : { environmentUrl };
        const status = { state, description: cut(action.description), ...url };
        const content = JSON.stringify([sha, status]);
        const settle = (signal: AbortSignal) => this.#deployments.settle(target, { sha, environment }, status, signal);
        return { ...common, key: `${where} environment ${environment}`, content, settle };
      }
    }
  }
}

/** As whom: what one login says goes out one after the other. */
function laneOf({ credentials }: ForgeTarget): string {
  return credentials?.id ?? '';
}

function placeOf(target: ForgeTarget): string {
  return `${laneOf(target)} ${forgeBell(target.repository)}`;
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
