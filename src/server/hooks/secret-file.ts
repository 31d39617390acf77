import { readFileSync } from 'node:fs';
import type { Log } from '../../core/log.ts';

/**
 * The secrets of webhooks in a file, one a line, read anew at each webhook: a mounted Secret changes in its place. None
 * where it cannot be read: then webhooks are refused.
 */
export function secretFile(path: string | undefined, log: Pick<Log, 'warn'>): () => readonly string[] {
  if (path === undefined) return () => [];
  return () => {
    try {
      return readFileSync(path, 'utf8')
        .split(/\r?\n/)
        .map((line) => line.trim())
        .filter((line) => line !== '');
    } catch (error) {
      log.warn({ path, err: error }, 'the secret of webhooks cannot be read');
      return [];
    }
  };
}
