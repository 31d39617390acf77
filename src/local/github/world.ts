import { createHash } from 'node:crypto';
import type { Account, Comment, Deployment, Pull, Repository, State, Status } from './state.ts';
import type { Store } from './store.ts';

/** What has happened, as webhooks tell it. */
export type Happening =
  | Readonly<{ event: 'pull_request'; action: string; repository: Repository; pull: Pull; label?: string }>
  | Readonly<{ event: 'issue_comment'; action: string; repository: Repository; comment: Comment }>
  | Readonly<{ event: 'push'; repository: Repository; ref: string; before: string; after: string }>;

export type PullWish = Readonly<{
  branch: string;
  title?: string;
  labels?: readonly string[];
  draft?: boolean;
  fork?: boolean;
  author?: string;
  base?: string;
  sha?: string;
  files?: readonly string[];
}>;

/** A request that the world does not allow. */
export class Refused extends Error {}

/** The accounts, repositories and pull requests, and everything that can happen to them. */
export class World {
  readonly #state: State;
  readonly #store: Store;
  readonly #now: () => Date;
  readonly #told: (happening: Happening) => void;

  constructor(options: Readonly<{ store: Store; now: () => Date; told: (happening: Happening) => void }>) {
    this.#store = options.store;
    this.#state = options.store.load();
    this.#now = options.now;
    this.#told = options.told;
  }

  /** Whole seconds. */
  get time(): string {
    return this.#now()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z');
  }

  find(owner: string, name: string): Repository | undefined {
    return this.#state.repositories.find((each) => same(`${each.owner}/${each.name}`, `${owner}/${name}`));
  }

  /** The one that had this name before. */
  findFormer(owner: string, name: string): Repository | undefined {
    return this.#state.repositories.find((each) => each.formerNames.some((former) => same(former, `${owner}/${name}`)));
  }

  findById(id: number): Repository | undefined {
    return this.#state.repositories.find((each) => each.id === id);
  }

  repository(owner: string, name: string): Repository {
    const known = this.find(owner, name);
    if (known !== undefined) return known;
    const made: Repository = {
      id: this.nextId(),
      owner,
      name,
      formerNames: [],
      createdAt: this.time,
      pulls: [],
      comments: [],
      statuses: [],
      deployments: [],
      collaborators: { [owner]: 'admin' },
    };
    this.#state.repositories.push(made);
    return made;
  }

  account(login: string): Account {
    const known = this.#state.accounts.find((each) => same(each.login, login));
    if (known !== undefined) return known;
    const type = login.endsWith('[bot]') ? ('Bot' as const) : ('User' as const);
    const made = { id: this.nextId(), login, type };
    this.#state.accounts.push(made);
    return made;
  }

  open(repository: Repository, wish: PullWish): Pull {
    const { branch, fork = false, draft = false } = wish;
    const author = wish.author ?? repository.owner;
    const head = { ref: branch, owner: fork ? author : repository.owner, fork };
    if (
      repository.pulls.some(
        (each) => each.state === 'open' && each.head.ref === branch && each.head.owner === head.owner,
      )
    ) {
      throw new Refused(`a pull request already exists for ${head.owner}:${branch}`);
    }
    const number = Math.max(0, ...repository.pulls.map((each) => each.number)) + 1;
    const pull: Pull = {
      id: this.nextId(),
      number,
      title: wish.title ?? branch,
      state: 'open',
      draft,
      author,
      authorAssociation: this.#association(repository, author),
      labels: [...(wish.labels ?? [])],
      head: { ...head, sha: wish.sha ?? madeUpSha(`${repository.id} ${branch} ${number} 0`) },
      base: { ref: wish.base ?? 'main', sha: madeUpSha(`${repository.id} ${wish.base ?? 'main'}`) },
      files: [...(wish.files ?? ['README.md'])],
      createdAt: this.time,
      updatedAt: this.time,
    };
    repository.pulls.push(pull);
    this.#happened({ event: 'pull_request', action: 'opened', repository, pull });
    for (const label of pull.labels)
      this.#happened({ event: 'pull_request', action: 'labeled', repository, pull, label });
    return pull;
  }

  label(repository: Repository, pull: Pull, label: string): void {
    if (pull.labels.includes(label)) return;
    pull.labels.push(label);
    this.#touched(repository, pull, 'labeled', label);
  }

  unlabel(repository: Repository, pull: Pull, label: string): void {
    if (!pull.labels.includes(label)) throw new Refused(`pull request ${pull.number} has no label "${label}"`);
    pull.labels = pull.labels.filter((each) => each !== label);
    this.#touched(repository, pull, 'unlabeled', label);
  }

  /** A new head commit; without `sha` a made-up one. */
  push(repository: Repository, pull: Pull, sha?: string): void {
    const before = pull.head.sha;
    pull.head.sha = sha ?? madeUpSha(before);
    this.#touched(repository, pull, 'synchronize');
    if (pull.head.fork) return;
    this.#told({ event: 'push', repository, ref: `refs/heads/${pull.head.ref}`, before, after: pull.head.sha });
  }

  close(repository: Repository, pull: Pull, merged: boolean): void {
    if (pull.state === 'closed') throw new Refused(`pull request ${pull.number} is closed already`);
    pull.state = 'closed';
    pull.closedAt = this.time;
    if (merged) pull.mergedAt = this.time;
    this.#touched(repository, pull, 'closed');
  }

  reopen(repository: Repository, pull: Pull): void {
    if (pull.mergedAt !== undefined) throw new Refused(`pull request ${pull.number} is merged`);
    pull.state = 'open';
    delete pull.closedAt;
    this.#touched(repository, pull, 'reopened');
  }

  setDraft(repository: Repository, pull: Pull, draft: boolean): void {
    pull.draft = draft;
    this.#touched(repository, pull, draft ? 'converted_to_draft' : 'ready_for_review');
  }

  retarget(repository: Repository, pull: Pull, base: string): void {
    pull.base = { ref: base, sha: madeUpSha(`${repository.id} ${base}`) };
    this.#touched(repository, pull, 'edited');
  }

  comment(repository: Repository, issue: number, author: string, body: string): Comment {
    const pull = repository.pulls.find((each) => each.number === issue);
    if (pull === undefined) throw new Refused(`there is no pull request ${issue}`);
    const times = { createdAt: this.time, updatedAt: this.time };
    const comment: Comment = { id: this.nextId(), issue, author, body, ...times, edits: 0 };
    repository.comments.push(comment);
    pull.updatedAt = this.time;
    this.#happened({ event: 'issue_comment', action: 'created', repository, comment });
    return comment;
  }

  editComment(repository: Repository, comment: Comment, body: string): void {
    comment.body = body;
    comment.updatedAt = this.time;
    comment.edits += 1;
    const pull = repository.pulls.find((each) => each.number === comment.issue);
    if (pull !== undefined) pull.updatedAt = this.time;
    this.#happened({ event: 'issue_comment', action: 'edited', repository, comment });
  }

  addStatus(repository: Repository, status: Omit<Status, 'id' | 'createdAt'>): Status {
    const made = { ...status, id: this.nextId(), createdAt: this.time };
    repository.statuses.push(made);
    this.save();
    return made;
  }

  addDeployment(repository: Repository, wish: Omit<Deployment, 'id' | 'createdAt' | 'statuses'>): Deployment {
    const made: Deployment = { ...wish, id: this.nextId(), createdAt: this.time, statuses: [] };
    repository.deployments.push(made);
    this.save();
    return made;
  }

  addDeploymentStatus(deployment: Deployment, wish: Omit<Deployment['statuses'][number], 'id' | 'createdAt'>) {
    const made = { ...wish, id: this.nextId(), createdAt: this.time };
    deployment.statuses.push(made);
    this.save();
    return made;
  }

  rename(repository: Repository, owner: string, name: string): void {
    if (this.find(owner, name) !== undefined) throw new Refused(`there is a repository ${owner}/${name} already`);
    repository.formerNames.push(`${repository.owner}/${repository.name}`);
    Object.assign(repository, { owner, name });
    this.save();
  }

  grant(repository: Repository, login: string, permission: string): void {
    repository.collaborators[login] = permission;
    this.save();
  }

  nextId(): number {
    this.#state.nextId += 1;
    return this.#state.nextId;
  }

  save(): void {
    this.#store.save(this.#state);
  }

  #association(repository: Repository, author: string): string {
    if (author === repository.owner) return 'OWNER';
    if (author in repository.collaborators) return 'COLLABORATOR';
    const known = repository.pulls.some((each) => each.author === author && each.mergedAt !== undefined);
    return known ? 'CONTRIBUTOR' : 'FIRST_TIME_CONTRIBUTOR';
  }

  #touched(repository: Repository, pull: Pull, action: string, label?: string): void {
    pull.updatedAt = this.time;
    const named = label === undefined ? {} : { label };
    this.#happened({ event: 'pull_request', action, repository, pull, ...named });
  }

  #happened(happening: Happening): void {
    this.save();
    this.#told(happening);
  }
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function madeUpSha(seed: string): string {
  return createHash('sha1').update(seed).digest('hex');
}
