import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeSecretFile } from './certificates.ts';

/** The administrator's bearer token: the one given, else the one of the last start, else a new one. */
export function adminToken(dataDir: string, given: string | undefined): string {
  const path = join(dataDir, 'admin.token');
  if (given === undefined && existsSync(path)) return readFileSync(path, 'utf8').trim();
  const token = given ?? randomBytes(24).toString('base64url');
  writeSecretFile(path, `${token}\n`);
  return token;
}
