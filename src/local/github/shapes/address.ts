import type { Repository } from '../state.ts';

/** Where the double is: all addresses in its answers begin so. */
export type Addresses = Readonly<{
  /** Of the REST API: `http://127.0.0.1:7070/github`. */
  api: string;
  /** Of pages for people, and of git. */
  web: string;
}>;

export function repoApi({ api }: Addresses, { owner, name }: Repository): string {
  return `${api}/repos/${owner}/${name}`;
}

export function repoPage({ web }: Addresses, { owner, name }: Repository): string {
  return `${web}/github/${owner}/${name}`;
}

/** GitHub's second kind of id. */
export function nodeId(kind: string, id: number): string {
  return Buffer.from(`${kind}:${id}`).toString('base64');
}
