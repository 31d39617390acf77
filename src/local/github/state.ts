/** What the double remembers. Times are RFC 3339 with whole seconds, as GitHub writes them. */

export type Account = { id: number; login: string; type: 'User' | 'Bot' };

export type Pull = {
  id: number;
  number: number;
  title: string;
  state: 'open' | 'closed';
  draft: boolean;
  author: string;
  authorAssociation: string;
  labels: string[];
  head: { ref: string; sha: string /** Of a fork; else its own. */; owner: string; fork: boolean };
  base: { ref: string; sha: string };
  files: string[];
  createdAt: string;
  updatedAt: string;
  closedAt?: string;
  mergedAt?: string;
};

export type Comment = {
  id: number;
  issue: number;
  author: string;
  body: string;
  createdAt: string;
  updatedAt: string;
  /** How often it was edited: what tests count. */
  edits: number;
};

export type Status = {
  id: number;
  sha: string;
  context: string;
  state: string;
  description: string;
  targetUrl: string | null;
  author: string;
  createdAt: string;
};

export type DeploymentStatus = {
  id: number;
  state: string;
  description: string;
  environmentUrl: string;
  author: string;
  createdAt: string;
};

export type Deployment = {
  id: number;
  sha: string;
  ref: string;
  environment: string;
  description: string;
  author: string;
  createdAt: string;
  statuses: DeploymentStatus[];
};

export type Repository = {
  id: number;
  owner: string;
  name: string;
  /** Earlier `owner/name`s, which redirect. */
  formerNames: string[];
  createdAt: string;
  pulls: Pull[];
  comments: Comment[];
  statuses: Status[];
  deployments: Deployment[];
  /** Rights of those who have any: `admin`, `write` or `read`. */
  collaborators: Record<string, string>;
};

export type State = { nextId: number; repositories: Repository[]; accounts: Account[] };

export function emptyState(): State {
  return { nextId: 1000, repositories: [], accounts: [] };
}
