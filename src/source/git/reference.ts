/** Who we are to the server. Plain data out of a Secret; never logged. */
export type GitCredentials = Readonly<{
  /**
   * Names the credentials without telling them, for example `namespace/secret/resourceVersion`. What was fetched with
   * one identity is never shown to another.
   */
  id: string;
  username?: string;
  password?: string;
  /** Bearer token; wins over username and password. */
  token?: string;
  /** PEM of the authorities to trust instead of the platform's. */
  ca?: string;
}>;

/** A state of a repository: branch, tag, full commit id, a name below `refs/`, or its default branch when absent. */
export type GitRef = Readonly<{
  url: string;
  ref?: string;
  /** Instead of `ref`: the highest tag that satisfies this constraint on versions. */
  semver?: string;
  credentials?: GitCredentials;
}>;

export type GitPath = GitRef & Readonly<{ path: string }>;

export const fullCommit = /^[0-9a-f]{40}$/;

/** The ref as people wrote it, for messages. */
export function shownRef(ref: string | undefined): string {
  return ref === undefined || ref === '' || ref === 'HEAD' ? 'HEAD (the default branch)' : `"${ref}"`;
}

/** Full names that a ref may have, the one that counts first: a branch wins over a tag of the same name. */
export function candidates(ref: string | undefined): string[] {
  if (ref === undefined || ref === '' || ref === 'HEAD') return ['HEAD'];
  return ref.startsWith('refs/') ? [ref] : [`refs/heads/${ref}`, `refs/tags/${ref}`];
}

/** The headers by which the credentials are shown, and nothing when there are none. */
export function authorization(credentials: GitCredentials | undefined): Record<string, string> {
  if (credentials?.token !== undefined) return { authorization: `Bearer ${credentials.token}` };
  if (credentials?.password === undefined && credentials?.username === undefined) return {};
  const pair = `${credentials.username ?? ''}:${credentials.password ?? ''}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}
