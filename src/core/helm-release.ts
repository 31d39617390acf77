import { gunzipSync, gzipSync } from 'node:zlib';
import type { KubeObject } from './resource.ts';

/** Label of a Helm release that tells what it was made from (E20). */
export const inputsLabel = 'alustan.io/inputs';

/**
 * Annotation of Helm's record of a revision that a killed run left unfinished. No label: Helm hands the labels of one
 * revision on to the next.
 */
export const interruptedAnnotation = 'alustan.io/interrupted';

/** The part of Helm's release record that we read. Helm keeps one per revision in a Secret. */
export type HelmRelease = {
  name: string;
  namespace: string;
  version: number;
  info: { status: string; description?: string; last_deployed?: string; deleted?: string; [field: string]: unknown };
  manifest: string;
  chart?: { metadata?: { name?: string; version?: string } };
  [field: string]: unknown;
};

/**
 * Reads the release out of one of Helm's Secrets (type `helm.sh/release.v1`): JSON, gzip, base64, and once more base64
 * as Secret data. Throws when the Secret is not one.
 */
export function decodeRelease(secret: KubeObject): HelmRelease {
  const data = secret['data'] as Record<string, string> | undefined;
  const payload = Buffer.from(data?.['release'] ?? '', 'base64').toString('latin1');
  const packed = Buffer.from(payload, 'base64');
  const gzipped = packed[0] === 0x1f && packed[1] === 0x8b;
  return JSON.parse((gzipped ? gunzipSync(packed) : packed).toString('utf8')) as HelmRelease;
}

/** The inverse of `decodeRelease`: the value for `data.release`. */
export function encodeRelease(release: HelmRelease): string {
  return Buffer.from(gzipSync(JSON.stringify(release)).toString('base64')).toString('base64');
}

/** States in which Helm holds its lock: "another operation (install/upgrade/rollback) is in progress". */
export function isPending(status: string): boolean {
  return status.startsWith('pending-') || status === 'uninstalling';
}
