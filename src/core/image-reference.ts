import { fail, ok, type Result } from './result.ts';

/** An image, normalised: the host is never empty, `library/` is written out. */
export type ImageReference = Readonly<{
  /** Host with port, for example `docker.io` or `localhost:5000`. */
  host: string;
  /** Path below the host, for example `library/nginx`. */
  repository: string;
  tag?: string;
  /** With its algorithm, for example `sha256:…`. */
  digest?: string;
}>;

/** Docker Hub under its names of all times. */
const dockerHub = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com']);
const hostPattern = /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?$/;
const repositoryPattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagPattern = /^\w[\w.-]{0,127}$/;
const digestPattern = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}$/;

/** A reference cut at its joints, each part as it was written (E13: the tag is after the last `:` after the last `/`). */
export type SplitReference = Readonly<{ name: string; tag: string | undefined; digest: string | undefined }>;

export function splitReference(text: string): SplitReference {
  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : text.slice(at + 1);
  const rest = at < 0 ? text : text.slice(0, at);
  const colon = rest.lastIndexOf(':');
  if (colon <= rest.lastIndexOf('/')) return { name: rest, tag: undefined, digest };
  return { name: rest.slice(0, colon), tag: rest.slice(colon + 1), digest };
}

/**
 * Reads `[host[:port]/]path[:tag][@digest]`. The first part is a host when it holds `.` or `:`, or is `localhost`
 * (E22); else the image lies on `defaultHost`.
 */
export function parseImage(text: string, defaultHost = 'docker.io'): Result<ImageReference> {
  const { name, tag, digest } = splitReference(text.trim());
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const hasHost = first === 'localhost' || /[.:]/.test(first);
  const written = hasHost ? first : defaultHost;
  const host = dockerHub.has(written.toLowerCase()) ? 'docker.io' : written.toLowerCase();
  const path = hasHost ? name.slice(slash + 1) : name;
  const repository = host === 'docker.io' && !path.includes('/') ? `library/${path}` : path;
  if (!hostPattern.test(host)) return bad(text, `"${host}" is not a host`);
  if (!repositoryPattern.test(repository)) return bad(text, `"${path}" is not a repository path (lower-case only)`);
  if (tag !== undefined && !tagPattern.test(tag)) return bad(text, `"${tag}" is not a tag`);
  if (digest !== undefined && !digestPattern.test(digest)) return bad(text, `"${digest}" is not a digest`);
  return ok({ host, repository, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) });
}

/** Full form, for example `docker.io/library/nginx:1.27`. */
export function formatImage(image: ImageReference): string {
  const tag = image.tag === undefined ? '' : `:${image.tag}`;
  const digest = image.digest === undefined ? '' : `@${image.digest}`;
  return `${image.host}/${image.repository}${tag}${digest}`;
}

/** Whether both name the same repository, whatever their tags and digests (E13). */
export function sameRepository(a: ImageReference, b: ImageReference): boolean {
  return a.host === b.host && a.repository === b.repository;
}

/**
 * Reads `oci://host[:port]/path`. What is taken of it (tag, version, digest) has a field of its own; login data are
 * refused. The first part is always the host.
 */
export function parseOciUrl(url: string): Result<Pick<ImageReference, 'host' | 'repository'>> {
  const [first = '', ...rest] = url
    .replace(/^oci:\/\//, '')
    .replace(/\/+$/, '')
    .split('/');
  const host = dockerHub.has(first.toLowerCase()) ? 'docker.io' : first.toLowerCase();
  const repository = rest.join('/');
  const { tag, digest } = splitReference(repository);
  const invalid = (why: string) => fail('invalid', 'InvalidRepositoryURL', `"${url}" is not valid: ${why}`);
  if (!url.startsWith('oci://') || !hostPattern.test(host)) return invalid('write oci://host[:port]/path');
  if (tag !== undefined || digest !== undefined) return invalid('name the version or digest in a field of its own');
  if (!repositoryPattern.test(repository)) {
    return invalid(`"${repository}" is not a repository path (lower-case only); write oci://host[:port]/path`);
  }
  return ok({ host, repository });
}

function bad(text: string, why: string): Result<never> {
  return fail(
    'invalid',
    'InvalidImageName',
    `image name "${text}" is not valid: ${why}; write [host[:port]/]path[:tag]`,
  );
}
