import { RegistryError } from './errors.ts';

/** Grammar of the OCI distribution specification, "Pulling manifests". */
const NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const DIGEST = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/;
const MAX_NAME = 255;

export type Algorithm = 'sha256' | 'sha512';

/** `sha256:…` or `sha512:…`, in lower case. */
export type Digest = `${Algorithm}:${string}`;

export function isDigest(text: string): text is Digest {
  return DIGEST.test(text);
}

export function algorithmOf(digest: Digest): Algorithm {
  return digest.startsWith('sha512:') ? 'sha512' : 'sha256';
}

export function requireName(text: string): string {
  if (text.length <= MAX_NAME && NAME.test(text)) return text;
  throw new RegistryError(
    'NAME_INVALID',
    `${JSON.stringify(text)} is no repository name: lower-case letters, digits and single . _ - between them, parts joined by /`,
  );
}

export function requireDigest(text: string): Digest {
  if (isDigest(text)) return text;
  throw new RegistryError(
    'DIGEST_INVALID',
    `${JSON.stringify(text)} is no digest: sha256: and 64 hex digits in lower case`,
  );
}

/** A tag or a digest, as it stands in the path of a manifest. */
export function requireReference(text: string): string {
  if (text.includes(':')) return requireDigest(text);
  if (TAG.test(text)) return text;
  throw new RegistryError('TAG_INVALID', `${JSON.stringify(text)} is no tag: at most 128 letters, digits and . _ -`);
}
