import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Digest } from '../names.ts';

/**
 * Where everything lies under `<data-dir>/registry`. Content is kept once, by digest; a repository holds links to what
 * belongs to it. Parts of a name cannot start with `_`, so `_tags` and its kin never meet a repository.
 */
export type Layout = Readonly<{
  root: string;
  content(digest: Digest): string;
  repository(name: string): string;
  blobLink(name: string, digest: Digest): string;
  /** Holds the media type of the manifest. */
  manifestLink(name: string, digest: Digest): string;
  tags(name: string): string;
  /** Holds the digest. */
  tag(name: string, tag: string): string;
  /** Folder of descriptors, one a manifest that names this subject. */
  referrers(name: string, subject: Digest): string;
  uploads: string;
  /** A new name for a file that will be moved to its place. */
  temporary(): string;
}>;

export function layout(root: string): Layout {
  const repository = (name: string) => join(root, 'repositories', ...name.split('/'));
  const tags = (name: string) => join(repository(name), '_tags');
  return {
    root,
    content: (digest) => join(root, 'content', ...splitDigest(digest)),
    repository,
    blobLink: (name, digest) => join(repository(name), '_blobs', fileName(digest)),
    manifestLink: (name, digest) => join(repository(name), '_manifests', fileName(digest)),
    tags,
    tag: (name, tag) => join(tags(name), encodeTag(tag)),
    referrers: (name, subject) => join(repository(name), '_referrers', fileName(subject)),
    uploads: join(root, 'uploads'),
    temporary: () => join(root, 'temporary', randomUUID()),
  };
}

/** `sha256:abc…` ↔ `sha256-abc…`: no colon in file names. */
export function fileName(digest: Digest): string {
  return digest.replace(':', '-');
}

function splitDigest(digest: Digest): string[] {
  const [algorithm = '', hex = ''] = digest.split(':');
  return [algorithm, hex.slice(0, 2), hex];
}

/** Tags tell upper from lower case, file systems may not (macOS): an upper-case letter is written `^` and its lower case. */
function encodeTag(tag: string): string {
  return tag.replace(/[A-Z]/g, (letter) => `^${letter.toLowerCase()}`);
}

export function decodeTag(file: string): string {
  return file.replace(/\^([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
