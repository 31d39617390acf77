import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import type { Access, Credentials, TlsMaterial } from './access.ts';
import type { Cluster, User } from './config-types.ts';
import { pluginCredentials } from './plugin.ts';

type Named<Field extends string, Value> = readonly (Readonly<{ name: string }> &
  Readonly<Partial<Record<Field, Value>>>)[];

type Kubeconfig = Readonly<{
  'current-context'?: string;
  clusters?: Named<'cluster', Cluster>;
  users?: Named<'user', User>;
  contexts?: Named<'context', Readonly<{ cluster?: string; user?: string; namespace?: string }>>;
}>;

/**
 * Access by a kubeconfig file. What stands in the file itself (tokens, certificates, basic) is read here; credential
 * plugins run through client-node, which costs half a second and 55 MB to load and so is loaded only for them.
 */
export async function kubeconfigAccess(path: string, context?: string): Promise<Access> {
  return parseKubeconfig(await readFile(path, 'utf8'), { path, ...(context === undefined ? {} : { context }) });
}

type ParseOptions = Readonly<{
  /** Names it in messages; relative files in it are beside it. */
  path: string;
  context?: string;
  /** Refuses what would run a program or read a file here: somebody else wrote this text, such as a cluster Secret. */
  selfContained?: boolean;
}>;

/** As `kubeconfigAccess`, from the text. */
export function parseKubeconfig(text: string, options: ParseOptions): Access {
  const config = (parse(text) ?? {}) as Kubeconfig;
  const name = options.context ?? config['current-context'];
  if (!name) throw new Error(`${options.path}: no current-context; set one or name a context`);
  const context = find(config.contexts, 'context', name, options.path);
  const cluster = find(config.clusters, 'cluster', context.cluster ?? '', options.path);
  const user = context.user ? find(config.users, 'user', context.user, options.path) : {};
  if (options.selfContained) refuseForeign({ ...cluster, ...user }, options.path);
  if (!cluster.server) throw new Error(`${options.path}: clusters[${context.cluster}].cluster.server is missing`);
  const root = dirname(options.path);
  const plugin =
    user.exec || user['auth-provider']
      ? pluginCredentials({ name: context.user ?? '', cluster, user, root })
      : undefined;
  return {
    server: cluster.server.replace(/\/+$/, ''),
    ...(cluster['proxy-url'] ? { proxyUrl: cluster['proxy-url'] } : {}),
    ...(context.namespace ? { namespace: context.namespace } : {}),
    credentials: async () => merge(await fileCredentials(cluster, user, root), await plugin?.get()),
    forget: () => plugin?.forget(),
  };
}

const foreign = ['exec', 'auth-provider', 'tokenFile', 'certificate-authority', 'client-certificate', 'client-key'];

function refuseForeign(fields: Readonly<Record<string, unknown>>, path: string): void {
  const found = foreign.filter((field) => fields[field]);
  if (found.length === 0) return;
  throw new Error(`${path}: ${found.join(', ')} is not allowed here; put the token or the …-data fields into it`);
}

async function fileCredentials(cluster: Cluster, user: User, root: string): Promise<Credentials> {
  const token = user.tokenFile ? (await readFile(resolve(root, user.tokenFile), 'utf8')).trim() : user.token;
  const basic = Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64');
  const headers: Record<string, string> = {};
  if (token) headers['authorization'] = `Bearer ${token}`;
  else if (user.username) headers['authorization'] = `Basic ${basic}`;
  if (user.as) headers['impersonate-user'] = user.as;
  return { headers, tls: await tlsMaterial(cluster, user, root) };
}

async function tlsMaterial(cluster: Cluster, user: User, root: string): Promise<TlsMaterial> {
  const ca = await bytes(cluster['certificate-authority-data'], cluster['certificate-authority'], root);
  const cert = await bytes(user['client-certificate-data'], user['client-certificate'], root);
  const key = await bytes(user['client-key-data'], user['client-key'], root);
  return {
    ...(ca ? { ca } : {}),
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
    ...(cluster['tls-server-name'] ? { servername: cluster['tls-server-name'] } : {}),
    ...(cluster['insecure-skip-tls-verify'] ? { rejectUnauthorized: false } : {}),
  };
}

async function bytes(data: string | undefined, file: string | undefined, root: string): Promise<Buffer | undefined> {
  if (data) return Buffer.from(data, 'base64');
  return file ? await readFile(resolve(root, file)) : undefined;
}

function merge(base: Credentials, plugin: Credentials | undefined): Credentials {
  if (!plugin) return base;
  return { headers: { ...base.headers, ...plugin.headers }, tls: { ...base.tls, ...plugin.tls } };
}

function find<Field extends string, Value>(
  list: Named<Field, Value> | undefined,
  field: Field,
  name: string,
  path: string,
): Value {
  const found = list?.find((entry) => entry.name === name)?.[field];
  if (!found) throw new Error(`${path}: there is no ${field} "${name}"; kubectl config view shows what there is`);
  return found as Value;
}
