import type { Timeouts } from '../http/client.ts';
import { createHttpClients } from '../http/clients.ts';
import { raise } from '../http/failure.ts';
import { raiseUnknownRef } from './failures.ts';
import { newestTag } from './newest-tag.ts';
import { refuseSecret, runGit } from './program.ts';
import { candidates, fullCommit, type GitRef } from './reference.ts';
import { listTags, type Refs, resolveTip, type Tip } from './refs.ts';

/** How a URL is reached. Plain HTTP is allowed: whether it is wise is for whoever writes the URL. */
export function transportOf(url: string): 'http' | 'ssh' {
  if (/^https?:\/\/[^/]+/.test(url)) return 'http';
  if (/^ssh:\/\/[^/]+/.test(url) || /^[\w.-]+@[\w.-]+:(?!\/\/)/.test(url)) return 'ssh';
  return raise(
    'invalid',
    'InvalidRepositoryURL',
    `"${url}" is not a URL of a git repository; write https://host/path or ssh://host/path`,
  );
}

/** Answers where refs point, over one pool of connections for each CA. */
export interface Resolver {
  resolve(ref: GitRef, signal: AbortSignal): Promise<Tip>;
  close(): Promise<void>;
}

export function createResolver(timeouts: Timeouts): Resolver {
  const clients = createHttpClients(timeouts);
  return {
    resolve: (ref, signal) => {
      const transport = transportOf(ref.url);
      if (transport === 'ssh' && ref.credentials !== undefined) refuseSecret(ref.url);
      // A commit does not move: nobody needs to be asked.
      if (ref.ref !== undefined && fullCommit.test(ref.ref)) return Promise.resolve({ name: ref.ref, commit: ref.ref });
      if (transport === 'ssh') return resolveOverSsh(ref, timeouts, signal);
      const http = clients.for(ref.credentials?.ca);
      if (ref.semver === undefined) return resolveTip(http, ref, signal);
      return newestTag(ref, ref.semver, () => listTags(http, ref, signal));
    },
    close: () => clients.close(),
  };
}

async function resolveOverSsh(ref: GitRef, timeouts: Timeouts, signal: AbortSignal): Promise<Tip> {
  const list = async (patterns: readonly string[]): Promise<Refs> => {
    const lines = await runGit(['ls-remote', '--', ref.url, ...patterns], ref.url, timeouts.total, signal);
    // A line `<commit> <tag>^{}` follows that of an annotated tag, and takes its place.
    return new Map(
      lines
        .split('\n')
        .map((line) => [line.split('\t')[1] ?? '', line.split('\t')[0] ?? ''] as const)
        .map(([name, id]) => [name.replace(/\^\{\}$/, ''), id]),
    );
  };
  if (ref.semver !== undefined) return newestTag(ref, ref.semver, () => list(['refs/tags/*']));
  const names = candidates(ref.ref);
  const refs = await list(names.flatMap((name) => [name, `${name}^{}`]));
  const name = names.find((candidate) => refs.has(candidate));
  const commit = name === undefined ? undefined : refs.get(name);
  return name === undefined || commit === undefined ? raiseUnknownRef(ref.url, ref.ref, []) : { name, commit };
}
