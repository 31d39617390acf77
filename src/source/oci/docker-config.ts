import { isObject, type JsonObject } from '../../core/json.ts';
import { fail, ok, type Result } from '../../core/result.ts';

export type RegistryAuth = Readonly<{ username: string; password: string }>;

/** Keys under which docker config files know Docker Hub. */
const hubKeys = [
  'https://index.docker.io/v1/',
  'index.docker.io',
  'docker.io',
  'registry-1.docker.io',
  'https://index.docker.io/v2/',
];

/**
 * The login for one registry host out of a docker `config.json`, or undefined when it has none (anonymous). Of several
 * entries the one of the host counts, never another (E21). `subject` names the Secret in failures.
 */
export function authFor(configJson: string, host: string, subject: string): Result<RegistryAuth | undefined> {
  const config = parse(configJson);
  if (config === undefined) {
    return fail(
      'invalid',
      'InvalidRegistrySecret',
      `${subject} is not a docker config.json; write it as "docker login" does`,
    );
  }
  const auths = record(config['auths']) ?? {};
  const wanted = new Set((host === 'docker.io' ? hubKeys : [host]).map(hostOf));
  const key = Object.keys(auths).find((name) => wanted.has(hostOf(name)));
  const entry = key === undefined ? undefined : record(auths[key]);
  const auth = entry === undefined ? undefined : loginOf(entry);
  if (auth !== undefined) return ok(auth);
  const helper = record(config['credHelpers'])?.[host] ?? config['credsStore'];
  const unreadable = typeof helper === 'string' && (entry !== undefined || Object.keys(auths).length === 0);
  if (unreadable) {
    const remedy = 'put the login itself under "auths", as username and password or auth';
    return fail(
      'invalid',
      'InvalidRegistrySecret',
      `${subject} leaves the login for ${host} to the helper "${helper}", which is not here; ${remedy}`,
    );
  }
  if (entry === undefined) return ok(undefined);
  return fail(
    'invalid',
    'InvalidRegistrySecret',
    `${subject} has an entry for ${host} without a usable auth; give username and password, or auth`,
  );
}

/** `auth` is base64 of `user:password`; a password may hold colons (E21). */
function loginOf(entry: Readonly<Record<string, unknown>>): RegistryAuth | undefined {
  const { username, password, auth, identitytoken } = entry;
  if (typeof identitytoken === 'string' && identitytoken !== '')
    return { username: '<token>', password: identitytoken };
  if (typeof username === 'string' && typeof password === 'string' && username !== '') return { username, password };
  if (typeof auth !== 'string') return undefined;
  const pair = Buffer.from(auth.trim(), 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 1 ? undefined : { username: pair.slice(0, colon), password: pair.slice(colon + 1) };
}

function hostOf(key: string): string {
  return key
    .trim()
    .replace(/^https?:\/\//, '')
    .replace(/\/.*$/, '')
    .toLowerCase();
}

function parse(text: string): JsonObject | undefined {
  try {
    return record(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function record(value: unknown): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}
