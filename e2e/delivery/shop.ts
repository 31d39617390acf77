import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { ServiceStatus } from '../../src/api/service-status.ts';
import type { KubeObject } from '../../src/core/resource.ts';
import { exec } from '../cluster/exec.ts';
import { ensureTool } from '../cluster/tools.ts';
import { pushRootfs, putBusybox } from '../node/images.ts';
import { createRepository } from '../servers/git-http-backend.ts';
import { pushInfrastructure } from '../terraform/image.ts';
import { written } from './controller.ts';
import { api, apply, helm, kubectl, lane } from './lane.ts';

const example = join(import.meta.dirname, '..', '..', 'examples', 'shop');

/** The shop example under a name of its own: namespace, repository and images. Worked on as a user would. */
export type Shop = Readonly<{
  namespace: string;
  /** Replaces text in a file of the clone; throws when the text is not there. */
  edit(file: string, from: string, to: string): void;
  /** Writes a Service's file anew under another name, beside it. */
  copy(file: string, from: string, to: string): void;
  /** Moves a file out of the repository, and back in. */
  remove(file: string): void;
  restore(file: string): void;
  push(message: string): Promise<void>;
  /** Gives an image of the registry one more tag. */
  tag(image: 'api' | 'web', from: string, to: string): Promise<void>;
  kubectl(...args: string[]): Promise<string>;
  status(service: string): Promise<ServiceStatus>;
  /** Whether a helm is in the middle of an upgrade, by the label of its record. */
  isUpgrading(release: string): Promise<boolean>;
  /** Helm's history of a release, oldest first. */
  history(release: string): Promise<readonly Readonly<{ revision: number; status: string }>[]>;
  /** Does not wait until all is gone. */
  close(): Promise<void>;
}>;

let pushed: Promise<unknown> | undefined;

/** The image with Terraform, which is large: one for all shops. */
async function infrastructure(): Promise<void> {
  pushed ??= pushInfrastructure('e2e/infrastructure', '1.0.0');
  await pushed;
}

/** Puts the example's repository, images and objects where its documents say, with `name` for `shop`. */
export async function openShop(name: string, files: Readonly<Record<string, string>> = {}): Promise<Shop> {
  const folder = mkdtempSync(join(tmpdir(), 'alustan-shop-'));
  const clone = join(folder, 'clone');
  const parked = (file: string) => join(folder, file.replaceAll('/', '-'));
  await pushImage('api', name, '0.2.0');
  await pushImage('web', name, '1.1.0');
  await infrastructure();
  const push = await fillRepository(name, clone, files);
  const inside = (...args: string[]) => kubectl('-n', name, ...args);
  await apply(...clusterObjects(name));
  return {
    namespace: name,
    push,
    kubectl: inside,
    edit: (file, from, to) => edit(join(clone, file), from, to),
    copy: (file, from, to) => {
      const text = readFileSync(join(clone, file), 'utf8').replaceAll(`: ${from}`, `: ${to}`);
      writeFileSync(join(clone, dirname(file), `${to}.yaml`), text);
    },
    remove: (file) => renameSync(join(clone, file), parked(file)),
    restore: (file) => renameSync(parked(file), join(clone, file)),
    tag: async (image, from, to) => {
      await exec(await ensureTool('crane'), ['tag', `${lane.registryHost}/${name}/${image}:${from}`, to]);
    },
    status: async (service) => {
      const path = `/apis/alustan.io/v1alpha1/namespaces/${name}/services/${service}`;
      return (await api.json<{ status?: ServiceStatus }>('GET', path)).status ?? {};
    },
    isUpgrading: async (release) => {
      const selector = encodeURIComponent(`owner=helm,name=${release},status=pending-upgrade`);
      const path = `/api/v1/namespaces/${name}/secrets?labelSelector=${selector}`;
      return (await api.json<{ items: unknown[] }>('GET', path)).items.length > 0;
    },
    history: async (release) => JSON.parse(await helm('history', release, '-n', name, '-o', 'json')),
    close: async () => {
      rmSync(folder, { recursive: true, force: true });
      await kubectl('delete', 'namespace', name, '--ignore-not-found', '--wait=false');
      await kubectl('delete', 'secret', `${name}-cluster`, '-n', 'alustan', '--ignore-not-found');
    },
  };
}

/** What the example writes, under another name; with an environment of its own, since objects publish into it. */
function renamed(text: string, name: string): string {
  return text
    .replaceAll(/(workspace|environment|CLUSTER_NAME): staging/g, `$1: ${name}`)
    .replaceAll(/(namespace|publishers): shop/g, `$1: ${name}`)
    .replaceAll('name: shop', `name: ${name}`)
    .replaceAll('/git/shop.git', `/git/${name}.git`)
    .replaceAll(`${written}/shop/infrastructure`, `${written}/e2e/infrastructure`)
    .replaceAll(`${written}/shop/`, `${written}/${name}/`);
}

function edit(path: string, from: string, to: string): void {
  const text = readFileSync(path, 'utf8');
  if (!text.includes(from)) throw new Error(`${path} has no ${from}`);
  writeFileSync(path, text.replace(from, to));
}

/** Commits the example to a repository of the git server. Gives what commits and pushes all that changes later. */
async function fillRepository(
  name: string,
  clone: string,
  files: Readonly<Record<string, string>>,
): Promise<Shop['push']> {
  const url = await createRepository(lane.git, name);
  const run = (...args: string[]) =>
    exec('git', ['-C', clone, '-c', 'user.name=e2e', '-c', 'user.email=e2e@localhost', ...args]);
  const push = async (message: string) => {
    await run('add', '--all');
    await run('commit', '--quiet', '-m', message);
    await run('push', '--quiet', url, 'main');
  };
  cpSync(join(example, 'repository'), clone, { recursive: true });
  const names = ['api-service', 'web-service', 'staging-cluster'];
  for (const file of names.map((it) => join(clone, 'services', `${it}.yaml`)))
    writeFileSync(file, renamed(readFileSync(file, 'utf8'), name));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(clone, file), text);
  await run('init', '--quiet', '--initial-branch=main');
  await push('The shop example');
  return push;
}

/** The example's objects of the cluster: its namespaces, the Secret of the workspace `staging`, its Repository. */
export function clusterObjects(
  name: string,
  files: readonly string[] = ['00-namespaces', '10-staging', '20-repository'],
): KubeObject[] {
  return files.flatMap((file) => {
    const written = readFileSync(join(example, 'cluster', `${file}.yaml`), 'utf8');
    const text = renamed(written.replace('name: staging-cluster', `name: ${name}-cluster`), name);
    return parseAllDocuments(text).map((document) => document.toJS() as KubeObject);
  });
}

const serve = `#!/bin/sh
trap 'exit 0' TERM
httpd -f -p 8080 -h /srv &
wait
`;

/** The example's image has content only: here it gets a server, so that it runs as a pod. Ends at once on SIGTERM. */
export function pushImage(image: 'api' | 'web', name: string, tag: string): Promise<void> {
  return pushRootfs(`${lane.registryHost}/${name}/${image}:${tag}`, { entrypoint: ['/serve'] }, (rootfs) => {
    putBusybox(rootfs, lane.rootfs);
    cpSync(join(example, 'images', image), rootfs, { recursive: true });
    writeFileSync(join(rootfs, 'serve'), serve, { mode: 0o755 });
  });
}
